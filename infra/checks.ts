import { AwsSolutionsChecks } from 'cdk-nag';
import type { PolicyValidationPluginReport } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { acknowledgeWildcards } from './wildcards.ts';

/** The AWS Solutions rules over every template. A finding fails the synthesis unless its construct says why it may stand. */
export class TemplateChecks extends AwsSolutionsChecks {
  override validateScope(scope: IConstruct): PolicyValidationPluginReport {
    acknowledgeWildcards(scope);
    return super.validateScope(scope);
  }
}
