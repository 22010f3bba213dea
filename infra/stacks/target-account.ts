import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { externalIdOf } from '#domain/service/external-id.ts';
import { boundedReleases } from '../boundary.ts';
import { ecsDeployRole } from '../constructs/ecs-deploy-role.ts';
import { lambdaDeployRole } from '../constructs/lambda-deploy-role.ts';
import { RolesBoundary } from '../constructs/roles-boundary.ts';
import { targetBoundaryArn, targetBoundaryName } from '../names.ts';
import type { Targets } from '../targets.ts';

interface TargetAccountStackProps extends StackProps {
  readonly targets: Targets;
}

/**
 * What an account deploys whose functions and ECS services are there already, made by stacks that know nothing of the deployment
 * service: one deploy role for each of them. The role works only while the function or the ECS service carries the two tags that
 * name service and environment, so its owner can take the consent back by a tag.
 */
export class TargetAccountStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { targets: { deploymentService, targets }, ...props }: TargetAccountStackProps,
  ) {
    super(scope, id, props);
    const boundary = new RolesBoundary(this, 'RolesBoundary', {
      policyName: targetBoundaryName(this.region),
      actions: boundedReleases,
    });
    for (const target of targets) {
      const { service, environment } = target;
      const place = new Construct(this, `${service}-${environment}`);
      const role =
        target.kind === 'lambda'
          ? lambdaDeployRole(place, {
              ...target,
              functionArn: `arn:${this.partition}:lambda:${this.region}:${this.account}:function:${target.functionName}`,
              releasedBy: deploymentService,
              tagged: true,
            })
          : ecsDeployRole(place, {
              service,
              environment,
              name: target.serviceName,
              clusterName: target.cluster,
              releasedBy: deploymentService,
              passes: target.taskRoles,
              tagged: true,
            });
      PermissionsBoundary.of(role).apply(
        ManagedPolicy.fromManagedPolicyArn(place, 'Boundary', targetBoundaryArn(this)),
      );
      role.node.addDependency(boundary);
      new CfnOutput(place, 'Registration', {
        description: `Register it as the deployRole of environments.${environment} of ${service}; it is told ${externalIdOf(service, environment)}.`,
        value: role.roleArn,
      });
    }
  }
}
