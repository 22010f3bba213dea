import { Stack } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allowAll } from '../allow.ts';
import { deployTrust, onlyTagged, type Released, type ReleasedBy } from '../deploy-trust.ts';
import { deployRolePath } from '../names.ts';

interface EcsDeployRoleProps extends Released {
  /** Of the ECS service, of the family of its task definition and of the role. */
  readonly name: string;
  readonly clusterName: string;
  readonly releasedBy: ReleasedBy;
  /** ARNs of the roles that a task runs with. */
  readonly passes: readonly string[];
  /** For an ECS service of a stack that is not ours: its owner says by tags that it is meant. */
  readonly tagged?: true;
}

/** What a release does to an ECS service, and to this one only. */
export function ecsDeployRole(scope: Construct, props: EcsDeployRoleProps): Role {
  const { name, clusterName, releasedBy, passes, tagged } = props;
  const { partition, account, region } = Stack.of(scope);
  const ofEcs = (resource: string): string => `arn:${partition}:ecs:${region}:${account}:${resource}`;
  const family = ofEcs(`task-definition/${name}:*`);
  const because = 'ECS numbers the revisions of a task definition; they are all of this one family.';
  const role = new Role(scope, 'DeployRole', {
    path: deployRolePath,
    roleName: name,
    description: `Lets the deployment service release ${name}.`,
    assumedBy: deployTrust(partition, releasedBy, props),
  });
  allowAll(role, [
    {
      actions: ['ecs:DescribeServices', 'ecs:UpdateService'],
      resources: [ofEcs(`service/${clusterName}/${name}`)],
      ...(tagged && { conditions: { StringEquals: onlyTagged(props) } }),
    },
    { actions: ['ecs:RegisterTaskDefinition'], resources: [family], because },
    {
      actions: ['ecs:TagResource'],
      resources: [family],
      conditions: { StringEquals: { 'ecs:CreateAction': 'RegisterTaskDefinition' } },
      because,
    },
    { actions: ['ecs:DescribeTaskDefinition'], resources: ['*'], because: 'IAM knows no resource for it.' },
    {
      actions: ['iam:PassRole'],
      resources: passes,
      conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    },
  ]);
  return role;
}
