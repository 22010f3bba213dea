import { expect, it } from 'vitest';
import { statementsIn } from './policies.ts';
import { installation, ofType } from './synthesized.ts';

/** Actions that AWS knows no resource for, or whose resource is the policy's own holder, and why they are needed. */
const withoutResource: Readonly<Record<string, readonly string[]>> = {
  'a password is for the whole registry; what it opens, the other actions say': ['ecr:GetAuthorizationToken'],
  'traces have no resource': [
    'xray:PutTraceSegments',
    'xray:PutTelemetryRecords',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
  ],
  'Lambda wants it before it reads a stream': ['dynamodb:ListStreams'],
  'log delivery of a state machine is set up for the account': [
    'logs:CreateLogDelivery',
    'logs:GetLogDelivery',
    'logs:UpdateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:DescribeResourcePolicies',
    'logs:DescribeLogGroups',
  ],
};

const allowed = () => statementsIn(installation()).filter(({ statement }) => statement.Effect === 'Allow');

it('no policy allows an action by a wildcard', () => {
  const wild = allowed().flatMap(({ holder, statement }) =>
    statement.Action.filter((action) => action.includes('*')).map((action) => `${holder.id}: ${action}`),
  );
  expect(wild).toEqual([]);
});

it('a role reaches every resource only by actions that have no narrower one', () => {
  const explained = new Set(Object.values(withoutResource).flat());
  const unexplained = allowed()
    .filter(({ holder, statement }) => holder.type === 'AWS::IAM::Policy' && statement.Resource.includes('*'))
    .flatMap(({ holder, statement }) =>
      statement.Action.filter((action) => !explained.has(action)).map((action) => `${holder.id}: ${action}`),
    );
  expect(unexplained).toEqual([]);
});

it('a partial wildcard stands only where names are made later: objects, repositories, secrets, executions, and the deploy roles of services', () => {
  const partial = allowed().flatMap(({ holder, statement }) =>
    holder.type === 'AWS::IAM::Policy' ? statement.Resource.filter((each) => each !== '*' && each.includes('*')) : [],
  );
  const kinds = partial.map((resource) =>
    resource.replace(/^data\/Blobs\w+\.Arn/, '<blobs>').replace(/^data\/EvidenceBucket\w+\.Arn/, '<evidence>'),
  );
  expect([...new Set(kinds)].sort()).toEqual([
    '<blobs>/artifacts/*',
    '<blobs>/cache/*',
    '<blobs>/plans/*',
    '<blobs>/reports/*',
    '<blobs>/sources/*',
    '<blobs>/uploads/*',
    '<evidence>/logs/*',
    '<evidence>/records/*',
    'arn:aws:ecr:eu-west-1:000000000000:repository/deployment-service/*',
    'arn:aws:ecr:eu-west-1:000000000000:repository/ecr-public/*',
    'arn:aws:iam::000000000000:role/deployment-service/deploy/*',
    'arn:aws:secretsmanager:eu-west-1:000000000000:secret:*/*',
    'arn:aws:secretsmanager:eu-west-1:000000000000:secret:deployment-service/tokens/*',
    'arn:aws:secretsmanager:eu-west-1:000000000000:secret:deployment-service/webhooks/*',
    'arn:aws:ssm:eu-west-1:000000000000:parameter/*/*',
    'arn:aws:states:eu-west-1:000000000000:execution:deployment-service-progressive-release:*',
  ]);
});

it('the account may use the keys for what the service does, and nobody may hand them on', () => {
  const actions = statementsIn(ofType('AWS::KMS::Key')).flatMap(({ statement }) => statement.Action);
  expect(actions).not.toContain('kms:CreateGrant');
  expect(actions.filter((action) => /Sign|Mac|crypt|Public|DataKey/.test(action)).sort()).toEqual([
    'kms:Decrypt',
    'kms:GenerateDataKey',
    'kms:GenerateMac',
    'kms:GetPublicKey',
    'kms:Sign',
  ]);
});

it('an AWS managed policy is used for one thing only, the access log of API Gateway', () => {
  const managed = ofType('AWS::IAM::Role').flatMap(({ properties }) => properties['ManagedPolicyArns'] ?? []);
  expect(managed).toEqual(['arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs']);
});
