import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Grant } from './capabilities.ts';

/** A grant as a statement of a role's policy. */
export function allow({ actions, resources, conditions }: Grant): PolicyStatement {
  return new PolicyStatement({
    actions: [...actions],
    resources: [...resources],
    ...(conditions && { conditions: { ...conditions } }),
  });
}
