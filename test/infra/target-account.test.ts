import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { resolveTarget } from '#domain/service/target.ts';
import { TemplateChecks } from '#infra/checks.ts';
import { TargetAccountStack } from '#infra/stacks/target-account.ts';
import { readTargets } from '#infra/targets.ts';
import { allowedBy, statementsIn } from './policies.ts';
import { ofType, resourcesOf, synthesize, type Resource } from './synthesized.ts';

const place = 'eu-west-1:222222222222';
const written = {
  deploymentService: { account: '111111111111', region: 'eu-west-1', bucket: 'blobs' },
  targets: [
    { kind: 'lambda', service: 'orders', environment: 'production', functionName: 'shop-orders' },
    {
      kind: 'ecs',
      service: 'greeter',
      environment: 'production',
      cluster: 'services',
      serviceName: 'shop-greeter',
      taskRoles: ['arn:aws:iam::222222222222:role/greeter-task'],
    },
  ],
};

function targetAccount(): { readonly resources: readonly Resource[]; readonly findings: readonly string[] } {
  let made = new App();
  const templates = synthesize((app) => {
    made = app;
    // eslint-disable-next-line no-new -- A construct puts itself into its app.
    new TargetAccountStack(app, 'targets', {
      targets: readTargets(written),
      env: { account: '222222222222', region: 'eu-west-1' },
    });
  });
  const { violations } = new TemplateChecks(made).validateScope(made);
  return { resources: resourcesOf(templates), findings: violations.map(({ ruleName }) => ruleName) };
}

function role(resources: readonly Resource[], name: string): Resource {
  const found = resources.find(({ type, properties }) => type === 'AWS::IAM::Role' && properties['RoleName'] === name);
  if (!found) throw new Error(`There is no role ${name}.`);
  return found;
}

const tagsOf = (service: string) => ({
  'aws:ResourceTag/deployment-service:service': service,
  'aws:ResourceTag/deployment-service:environment': 'production',
});

describe('the stack of a target account', () => {
  const { resources, findings } = targetAccount();

  it('has no finding without a written reason', () => {
    expect(findings).toEqual([]);
  });

  it('lets a release change one function, only while that is tagged for it', () => {
    const lambda = allowedBy(role(resources, 'shop-orders'), resources).filter(({ Action }) =>
      Action.some((action) => action.startsWith('lambda:')),
    );
    const arn = `arn:aws:lambda:${place}:function:shop-orders`;
    expect(lambda.map(({ Resource }) => Resource)).toEqual([[arn], [arn, `${arn}:*`]]);
    expect(lambda.map(({ Condition }) => Condition)).toEqual([
      { StringEquals: tagsOf('orders') },
      { StringEquals: tagsOf('orders') },
    ]);
  });

  it('lets a release update one ECS service, only while that is tagged for it, and pass the named roles to tasks', () => {
    const statements = allowedBy(role(resources, 'shop-greeter'), resources);
    const update = statements.find(({ Action }) => Action.includes('ecs:UpdateService'));
    expect(update).toMatchObject({
      Resource: [`arn:aws:ecs:${place}:service/services/shop-greeter`],
      Condition: { StringEquals: tagsOf('greeter') },
    });
    const pass = statements.find(({ Action }) => Action.includes('iam:PassRole'));
    expect(pass).toMatchObject({
      Resource: ['arn:aws:iam::222222222222:role/greeter-task'],
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    });
  });

  it('trusts the releasing functions of the installation, and asks for the words that a registration of this service brings', () => {
    const [trust, ...others] = statementsIn([role(resources, 'shop-orders')]).map(({ statement }) => statement);
    expect(others).toEqual([]);
    const registered = resolveTarget(
      'orders',
      'production',
      {
        kind: 'lambda',
        functionName: 'shop-orders',
        url: 'https://orders.example.com',
        deployRole: 'arn:aws:iam::222222222222:role/deployment-service/deploy/shop-orders',
      },
      { region: 'eu-west-1' },
    );
    expect(registered.externalId).toBe('deployment-service/orders/production');
    expect(trust?.Condition).toMatchObject({ StringEquals: { 'sts:ExternalId': registered.externalId } });
    const { ArnEquals } = z
      .object({ ArnEquals: z.object({ 'aws:PrincipalArn': z.array(z.string()) }) })
      .parse(trust?.Condition);
    const releasing = ofType('AWS::IAM::Role').map(({ properties }) => String(properties['RoleName']));
    for (const arn of ArnEquals['aws:PrincipalArn']) {
      expect(releasing).toContain(arn.replace('arn:aws:iam::111111111111:role/', ''));
    }
  });

  it('caps each role at what releases do', () => {
    const roles = resources.filter(({ type }) => type === 'AWS::IAM::Role');
    expect(roles).toHaveLength(2);
    for (const { properties } of roles) {
      expect(properties['PermissionsBoundary']).toBe(
        'arn:aws:iam::222222222222:policy/deployment-service-targets-boundary-eu-west-1',
      );
    }
    const [boundary] = resources.filter(({ type }) => type === 'AWS::IAM::ManagedPolicy');
    const capped = new Set(statementsIn(boundary ? [boundary] : []).flatMap(({ statement }) => statement.Action));
    const used = roles.flatMap((each) => allowedBy(each, resources).flatMap(({ Action }) => Action));
    expect([...capped].sort()).toEqual([...new Set(used)].sort());
  });
});

it('a file of targets with mistakes is refused with all of them', () => {
  const wrong = {
    ...written,
    deploymentService: { ...written.deploymentService, account: '1' },
    targets: [{ kind: 'vm' }],
  };
  expect(() => readTargets(wrong)).toThrow(/must be 12 digits[\s\S]*targets\[0\]/);
});
