import { Stack } from 'aws-cdk-lib';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { expect, it } from 'vitest';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { LambdaService } from '#infra/constructs/lambda-service.ts';
import { allowedBy, pairsOf, statementsIn } from './policies.ts';
import { arnOf, ofType, resourcesOf, synthesize, type Resource } from './synthesized.ts';

const released = { account: '111111111111', region: 'eu-west-1', bucket: 'blobs' };

function ordersStack(authType?: FunctionUrlAuthType, change?: (service: LambdaService) => void): readonly Resource[] {
  return resourcesOf(
    synthesize((app) => {
      const stack = new Stack(app, 'orders', { env: { account: '222222222222', region: 'eu-west-1' } });
      const service = new LambdaService(stack, 'Service', {
        service: 'orders',
        environment: 'staging',
        deploymentService: released,
        ...(authType && { authType }),
      });
      change?.(service);
    }),
  );
}

function theOne(resources: readonly Resource[], type: string): Resource {
  const found = resources.filter((each) => each.type === type);
  expect(found).toHaveLength(1);
  return found[0] as Resource;
}

function deployRole(resources: readonly Resource[]): Resource {
  const found = resources.find(({ properties }) => properties['Path'] === '/deployment-service/deploy/');
  if (!found) throw new Error('There is no deploy role.');
  return found;
}

it('the deploy role allows what a release does, to this function and these artifacts', () => {
  const resources = ordersStack();
  const lambda = arnOf(theOne(resources, 'AWS::Lambda::Function'));
  expect([...pairsOf(allowedBy(deployRole(resources), resources))].sort()).toEqual(
    [
      `lambda:GetAlias on ${lambda}`,
      `lambda:GetFunction on ${lambda}`,
      `lambda:GetFunction on ${lambda}:*`,
      `lambda:GetFunctionConfiguration on ${lambda}`,
      `lambda:GetFunctionConfiguration on ${lambda}:*`,
      `lambda:PublishVersion on ${lambda}`,
      `lambda:UpdateAlias on ${lambda}`,
      `lambda:UpdateFunctionCode on ${lambda}`,
      `lambda:UpdateFunctionConfiguration on ${lambda}`,
      's3:GetObject on arn:aws:s3:::blobs/artifacts/orders/*',
    ].sort(),
  );
});

it('the function may read the secrets of its service, and write its log', () => {
  const resources = ordersStack();
  const role = resources.find(({ type, properties }) => type === 'AWS::IAM::Role' && properties['Path'] === undefined);
  const log = arnOf(theOne(resources, 'AWS::Logs::LogGroup'));
  expect([...pairsOf(allowedBy(role as Resource, resources))].sort()).toEqual([
    `logs:CreateLogStream on ${log}`,
    `logs:PutLogEvents on ${log}`,
    'secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:222222222222:secret:orders/*',
    'ssm:GetParameters on arn:aws:ssm:eu-west-1:222222222222:parameter/orders/*',
  ]);
});

it('the deploy role trusts the roles of the functions that release, by names that these really have', () => {
  const [trust, ...others] = statementsIn([deployRole(ordersStack())]).map(({ statement }) => statement);
  expect(others).toEqual([]);
  const trusted = functionCatalog
    .filter(({ needs }) => needs.includes('targets:deploy'))
    .map(nameOf)
    .map((name) => `deployment-service-${name}-eu-west-1`);
  expect(trust?.Condition).toEqual({
    ArnEquals: { 'aws:PrincipalArn': trusted.map((name) => `arn:aws:iam::111111111111:role/${name}`) },
    StringEquals: { 'sts:ExternalId': 'deployment-service/orders/staging' },
  });
  expect(ofType('AWS::IAM::Role').map(({ properties }) => properties['RoleName'])).toEqual(
    expect.arrayContaining(trusted),
  );
});

it('the service may be assumed by the path that its deploy role lies under', () => {
  const { properties } = deployRole(ordersStack());
  const arn = `arn:aws:iam::000000000000:role${String(properties['Path'])}${String(properties['RoleName'])}`;
  const patterns = statementsIn(ofType('AWS::IAM::Policy'))
    .filter(({ statement }) => statement.Action.includes('sts:AssumeRole'))
    .flatMap(({ statement }) => statement.Resource);
  expect(patterns.length).toBeGreaterThan(0);
  for (const pattern of patterns) expect(arn.startsWith(pattern.replace(/\*$/, ''))).toBe(true);
});

it('a change of the function leaves version and alias alone, so that the release keeps serving', () => {
  const published = (resources: readonly Resource[]) =>
    resources.filter(({ type }) => type === 'AWS::Lambda::Version' || type === 'AWS::Lambda::Alias');
  const changed = ordersStack(undefined, (service) => service.function.addEnvironment('LATER', 'yes'));
  expect(JSON.stringify(theOne(changed, 'AWS::Lambda::Function').properties)).toContain('LATER');
  expect(published(changed)).toEqual(published(ordersStack()));
  expect(published(changed)).toHaveLength(2);
});

it('the URL is that of the alias, open to anybody unless IAM is asked for', () => {
  expect(theOne(ordersStack(), 'AWS::Lambda::Url').properties).toMatchObject({ AuthType: 'NONE', Qualifier: 'live' });
  const closed = ordersStack(FunctionUrlAuthType.AWS_IAM);
  expect(theOne(closed, 'AWS::Lambda::Url').properties).toMatchObject({ AuthType: 'AWS_IAM' });
  expect(closed.filter(({ type }) => type === 'AWS::Lambda::Permission')).toEqual([]);
});
