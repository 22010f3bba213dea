import { Stack } from 'aws-cdk-lib';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allow } from '../allow.ts';
import { deployRolePath, releasingRoleArns } from '../names.ts';

interface EcsDeployRoleProps {
  /** Of the ECS service and of the family of its task definition. */
  readonly name: string;
  readonly clusterName: string;
  readonly releasedBy: { readonly account: string; readonly region: string };
  /** The roles that a task runs with. */
  readonly passes: readonly Role[];
}

/** What a release does to an ECS service, and to this one only. */
export function ecsDeployRole(scope: Construct, { name, clusterName, releasedBy, passes }: EcsDeployRoleProps): Role {
  const { partition, account, region } = Stack.of(scope);
  const ofEcs = (resource: string): string => `arn:${partition}:ecs:${region}:${account}:${resource}`;
  const family = ofEcs(`task-definition/${name}:*`);
  const role = new Role(scope, 'DeployRole', {
    path: deployRolePath,
    roleName: name,
    description: `Lets the deployment service release ${name}.`,
    // By condition and not as principals: those would be lost when the service's own roles are made anew.
    assumedBy: new AccountPrincipal(releasedBy.account).withConditions({
      ArnEquals: { 'aws:PrincipalArn': [...releasingRoleArns({ partition, ...releasedBy })] },
    }),
  });
  role.addToPolicy(
    allow({
      actions: ['ecs:DescribeServices', 'ecs:UpdateService'],
      resources: [ofEcs(`service/${clusterName}/${name}`)],
    }),
  );
  role.addToPolicy(allow({ actions: ['ecs:RegisterTaskDefinition'], resources: [family] }));
  role.addToPolicy(
    allow({
      actions: ['ecs:TagResource'],
      resources: [family],
      conditions: { StringEquals: { 'ecs:CreateAction': 'RegisterTaskDefinition' } },
    }),
  );
  // IAM knows no resource for it.
  role.addToPolicy(allow({ actions: ['ecs:DescribeTaskDefinition'], resources: ['*'] }));
  role.addToPolicy(
    allow({
      actions: ['iam:PassRole'],
      resources: passes.map(({ roleArn }) => roleArn),
      conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    }),
  );
  return role;
}
