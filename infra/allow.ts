import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Grant } from './capabilities.ts';
import { explainWildcards } from './wildcards.ts';

/** A grant as a statement of a role's policy. */
export function allow({ actions, resources, conditions }: Grant): PolicyStatement {
  return new PolicyStatement({
    actions: [...actions],
    resources: [...resources],
    ...(conditions && { conditions: { ...conditions } }),
  });
}

/** Gives a role what the grants say, and their reasons for wildcards with it. */
export function allowAll(role: Role, grants: readonly Grant[]): void {
  for (const grant of grants) {
    role.addToPolicy(allow(grant));
    explainWildcards(role, grant);
  }
}
