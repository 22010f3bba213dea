import { fileURLToPath } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { TemplateChecks } from './checks.ts';
import { deploymentService } from './deployment-service.ts';
import { readSettings } from './settings.ts';

const app = new App();
Validations.of(app).addPlugins(new TemplateChecks(app));
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;

deploymentService(app, {
  settings: readSettings((name) => app.node.tryGetContext(name) as unknown),
  dist: fileURLToPath(new URL('../dist', import.meta.url)),
  env: { account, region },
});
