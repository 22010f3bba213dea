import { expect, it } from 'vitest';
import { boundedActions, boundedBySettings } from '#infra/boundary.ts';
import { statementsIn } from './policies.ts';
import { completeContext, deploymentServiceWith, installation, ofType, resourcesOf } from './synthesized.ts';

const boundary = 'arn:aws:iam::000000000000:policy/deployment-service-boundary-eu-west-1';

it('every role of the installation has the boundary', () => {
  const roles = ofType('AWS::IAM::Role');
  expect(roles.length).toBeGreaterThan(40);
  expect(roles.filter(({ properties }) => properties['PermissionsBoundary'] !== boundary).map(({ id }) => id)).toEqual(
    [],
  );
});

it('the boundary is made under the name that roles look for, before any of them', () => {
  const policies = ofType('AWS::IAM::ManagedPolicy');
  expect(policies.map(({ stack, properties }) => [stack, properties['ManagedPolicyName']])).toEqual([
    ['data', 'deployment-service-boundary-eu-west-1'],
  ]);
  expect(ofType('AWS::IAM::Role').filter(({ stack }) => stack === 'data')).toEqual([]);
});

/** Of the roles' own policies. */
function granted(resources = installation()): ReadonlySet<string> {
  return new Set(
    statementsIn(resources.filter(({ type }) => type === 'AWS::IAM::Policy')).flatMap(
      ({ statement }) => statement.Action,
    ),
  );
}

/** What API Gateway asks of the role that it writes logs with, by a policy of AWS. */
const managed = [
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:DescribeLogGroups',
  'logs:DescribeLogStreams',
  'logs:FilterLogEvents',
  'logs:GetLogEvents',
  'logs:PutLogEvents',
];

it('the boundary has every action that some role uses, and not one more', () => {
  const used = new Set([...granted(), ...managed]);
  used.delete('sts:AssumeRole');
  // A new capability: name its actions in infra/boundary.ts, where a reviewer sees them.
  expect([...boundedActions].sort()).toEqual([...used].sort());
});

it('what settings bring is in the boundary as well', () => {
  const context = {
    ...completeContext,
    targetAccounts: '111122223333',
    runnerFleet: 'arn:aws:codebuild:eu-west-1:000000000000:fleet/builds:11111111-2222-3333-4444-555555555555',
    traceEndpoint: 'xray',
    emailSender: 'deployments@example.com',
    auditors: 'arn:aws:iam::111122223333:root',
    connections: ['codeconnections', 'codestar-connections']
      .map((service) => `arn:aws:${service}:eu-west-1:000000000000:connection/11111111-2222-3333-4444-555555555555`)
      .join(','),
  };
  const more = [...granted(resourcesOf(deploymentServiceWith(context)))].filter((action) => !granted().has(action));
  expect(more.filter((action) => !boundedActions.includes(action)).sort()).toEqual([...boundedBySettings].sort());
});

it('no role can come to change roles, policies or keys, or to delete what is kept', () => {
  const never =
    /^(iam|organizations|sts):|^kms:(Put|Create|Schedule|Disable)|^s3:(Delete|PutBucket|PutObjectAcl)|:DeleteTable$/;
  expect([...boundedActions, ...boundedBySettings].filter((action) => never.test(action))).toEqual([]);
});

it('a role may take on deploy roles and no other', () => {
  const onward = statementsIn(ofType('AWS::IAM::ManagedPolicy')).filter(({ statement }) =>
    statement.Action.includes('sts:AssumeRole'),
  );
  expect(onward.map(({ statement }) => [statement.Action, statement.Resource])).toEqual([
    [['sts:AssumeRole'], ['arn:aws:iam::000000000000:role/deployment-service/deploy/*']],
  ]);
});

it('the boundary is short enough for IAM', () => {
  const [policy] = ofType('AWS::IAM::ManagedPolicy');
  // White space does not count.
  expect(JSON.stringify(policy?.properties['PolicyDocument']).length).toBeLessThan(6144);
});
