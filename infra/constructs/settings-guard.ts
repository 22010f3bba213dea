import { CfnParameter, CfnRule, Fn } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Lets a template with placeholders be synthesized and looked at, and has CloudFormation refuse to deploy it, before
 * anything is made.
 */
export class SettingsGuard extends Construct {
  constructor(scope: Construct, id: string, missing: readonly string[]) {
    super(scope, id);
    if (missing.length === 0) return;
    const names = new CfnParameter(this, 'Missing', {
      type: 'String',
      default: missing.join(' '),
      description: 'Settings that this template was synthesized without.',
    });
    new CfnRule(this, 'Complete', {
      assertions: [
        {
          assert: Fn.conditionEquals(names.valueAsString, ''),
          assertDescription: `Synthesize with the context ${missing.map((name) => `-c ${name}=…`).join(' ')} (docs/deploy-to-aws.md says what they mean).`,
        },
      ],
    });
  }
}
