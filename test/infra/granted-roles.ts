import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { functionCatalog, functionNameOf } from '#functions/catalog.ts';
import { ecsDeployRole } from '#infra/constructs/ecs-deploy-role.ts';
import { lambdaDeployRole } from '#infra/constructs/lambda-deploy-role.ts';
import type { Granted } from './compare-grants.ts';
import { allowedBy, type Statement } from './policies.ts';
import { arnOf, completeContext, deploymentServiceWith, resourcesOf, synthesize } from './synthesized.ts';

/** An installation with everything that an installation may choose to have, where one choice does not exclude another. */
const everything: Readonly<Record<string, string>> = {
  ...completeContext,
  emailSender: 'deployments@example.com',
  artifactServiceUrl: 'https://artifacts.example.com',
  traceEndpoint: 'https://traces.example.com',
  traceHeadersSecret: 'deployment-service/otlp',
  runnerFleet: 'arn:aws:codebuild:eu-west-1:000000000000:fleet/builds:1',
};

/** What the templates allow each function of the catalog, by its name. */
export function grantedRoles(): ReadonlyMap<string, Granted> {
  const resources = resourcesOf(deploymentServiceWith(everything));
  const deployRoles = statementsOfDeployRoles();
  return new Map(
    functionCatalog.map((row) => {
      const name = functionNameOf(row);
      const made = resources.find(({ properties }) => properties['FunctionName'] === name);
      const role = resources.find((each) => each.type === 'AWS::IAM::Role' && arnOf(each) === made?.properties['Role']);
      if (!role) throw new Error(`The template has no role of ${name}.`);
      const own = allowedBy(role, resources);
      const releases = own.some(({ Action }) => Action.includes('sts:AssumeRole'));
      return [name, { needs: row.needs, own, assumed: releases ? deployRoles : [] }];
    }),
  );
}

/** What the stacks of services allow whoever releases into them. */
function statementsOfDeployRoles(): readonly Statement[] {
  const releasedBy = { account: '111111111111', region: 'eu-west-1', bucket: 'blobs' };
  const released = { service: 'orders', environment: 'staging', releasedBy };
  const resources = resourcesOf(
    synthesize((app) => {
      const stack = new Stack(app, 'services', { env: { account: '222222222222', region: 'eu-west-1' } });
      const functionArn = 'arn:aws:lambda:eu-west-1:222222222222:function:orders-staging';
      lambdaDeployRole(new Construct(stack, 'function'), { ...released, functionName: 'orders-staging', functionArn });
      const passes = ['arn:aws:iam::222222222222:role/orders-task'];
      ecsDeployRole(new Construct(stack, 'tasks'), {
        ...released,
        name: 'orders-tasks',
        clusterName: 'services',
        passes,
      });
    }),
  );
  return resources.filter(({ type }) => type === 'AWS::IAM::Role').flatMap((role) => allowedBy(role, resources));
}
