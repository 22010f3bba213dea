import { readFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { TemplateChecks } from './checks.ts';
import { TargetAccountStack } from './stacks/target-account.ts';
import { readTargets } from './targets.ts';

/** The app of a target account: `cdk deploy -a 'node infra/target-account.ts' -c targets=<file>`; docs/deploy-to-aws.md has an example. */
const app = new App();
Validations.of(app).addPlugins(new TemplateChecks(app));
const file: unknown = app.node.tryGetContext('targets');
if (typeof file !== 'string')
  throw new Error('Give -c targets=<file>: a JSON file that says what is released into here.');
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;

new TargetAccountStack(app, 'target-account', {
  stackName: 'deployment-service-targets',
  targets: readTargets(JSON.parse(readFileSync(file, 'utf8'))),
  env: { account, region },
});
