import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allow } from '../allow.ts';
import { explainWildcards } from '../wildcards.ts';

interface RolesBoundaryProps {
  readonly policyName: string;
  readonly actions: readonly string[];
  /** Of the only roles that a role may take on; none where it may take on none. */
  readonly deployRoles?: readonly string[];
}

/**
 * The most that any of some roles can do, by a policy that is set as the boundary of each: what is not in it they cannot do, even
 * if their own policies came to say so.
 */
export class RolesBoundary extends Construct {
  constructor(scope: Construct, id: string, { policyName, actions, deployRoles }: RolesBoundaryProps) {
    super(scope, id);
    const most = {
      actions,
      resources: ['*'],
      because: 'A boundary allows nothing by itself: the resources stand in the policy of each role.',
    };
    const onward = {
      actions: ['sts:AssumeRole'],
      resources: deployRoles ?? [],
      because: 'Services bring their deploy roles later, under a path that is kept for them.',
    };
    const grants = deployRoles ? [most, onward] : [most];
    const policy = new ManagedPolicy(this, 'Policy', {
      managedPolicyName: policyName,
      description: 'The most that a role of the deployment service can do.',
      statements: grants.map(allow),
    });
    for (const grant of grants) explainWildcards(policy, grant);
  }
}
