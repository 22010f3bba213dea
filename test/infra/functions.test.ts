import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { capabilities, type Capability } from '#functions/capabilities.ts';
import { functionCatalog, nameOf, type FunctionRow } from '#functions/catalog.ts';
import { allowedBy, pairsOf } from './policies.ts';
import { arnOf, installation, ofType, type Resource } from './synthesized.ts';

const functionShape = z.object({
  Role: z.string(),
  Runtime: z.string(),
  Architectures: z.array(z.string()),
  Handler: z.string(),
  Timeout: z.number(),
  TracingConfig: z.object({ Mode: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});

function lambdaOf(row: FunctionRow): Resource {
  const found = ofType('AWS::Lambda::Function').filter(
    ({ properties }) => properties['FunctionName'] === `deployment-service-${nameOf(row)}`,
  );
  expect(found).toHaveLength(1);
  return found[0] as Resource;
}

function roleOf(row: FunctionRow): Resource {
  const { Role } = functionShape.parse(lambdaOf(row).properties);
  const found = ofType('AWS::IAM::Role').find((role) => arnOf(role) === Role);
  if (!found) throw new Error(`${row.entry} has no role of its own stack.`);
  return found;
}

/** Written down here again, so that a grant that grows has to be justified twice. */
const actionsOf: Readonly<Record<Capability, readonly string[]>> = {
  'table:read': ['dynamodb:GetItem', 'dynamodb:Query'],
  'table:write': ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
  'table:note': ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  'table:batch': ['dynamodb:BatchWriteItem'],
  'blobs:read': ['s3:GetObject', 's3:ListBucket'],
  'blobs:write': ['s3:PutObject'],
  'images:place': ['ecr:CreateRepository', 'ecr:PutLifecyclePolicy'],
  'images:read': ['ecr:BatchGetImage'],
  'artifacts:sign': ['kms:Sign'],
  'artifacts:verify': ['kms:GetPublicKey'],
  seals: ['kms:GenerateMac'],
  'events:publish': ['events:PutEvents'],
  'machines:start': ['states:StartExecution'],
  'machines:wake': ['states:SendTaskSuccess'],
  'builds:stop': ['codebuild:StopBuild'],
  'runners:probe': ['codebuild:BatchGetProjects'],
  'blobs:cache': ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
  'builds:list': ['codebuild:ListBuildsForProject', 'codebuild:BatchGetBuilds'],
  'runners:grant': [],
  // Nothing on demand; a fleet brings its own.
  'runners:scale': [],
  'targets:deploy': ['sts:AssumeRole'],
  'tokens:verify': [],
  toolchain: [],
  repositories: [],
  // Nothing before a receiver is configured; see telemetry.test.ts.
  'traces:export': [],
  'pushes:start': ['states:StartExecution'],
  'promotions:start': ['states:StartExecution'],
  'webhooks:verify': ['secretsmanager:GetSecretValue'],
  'statuses:show': ['secretsmanager:GetSecretValue'],
  // Nothing before one is configured.
  'artifacts:registry': [],
  'notifications:send': ['secretsmanager:GetSecretValue', 'ssm:GetParameter'],
  'evidence:read': ['s3:GetObject', 's3:ListBucket', 'kms:Decrypt'],
  'evidence:write': ['s3:PutObject', 'kms:GenerateDataKey'],
  'metrics:record': [],
};
const ofEveryFunction = [
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
];
const toItsFailures = ['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'];
const actionsOfTrigger: Readonly<Record<FunctionRow['trigger']['kind'], readonly string[]>> = {
  api: [],
  authorizer: [],
  task: [],
  runner: [],
  event: toItsFailures,
  schedule: toItsFailures,
  'build-logs': toItsFailures,
  'table-stream': [
    ...toItsFailures,
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
  ],
};

describe.each(functionCatalog.map((row) => [nameOf(row), row] as const))('the function %s', (_, row) => {
  it('runs its bundle on the runtime that the repository develops on', () => {
    const { Runtime, Architectures, Handler, Timeout, TracingConfig } = functionShape.parse(lambdaOf(row).properties);
    expect({ Runtime, Architectures, Handler, Timeout, TracingConfig }).toEqual({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Timeout: row.timeoutSeconds,
      TracingConfig: { Mode: 'Active' },
    });
  });

  it('has a role that no other function has', () => {
    const mine = functionShape.parse(lambdaOf(row).properties).Role;
    const users = ofType('AWS::Lambda::Function').filter(({ properties }) => properties['Role'] === mine);
    expect(users).toHaveLength(1);
  });

  it('may do what its capabilities and its trigger explain, all of it and nothing else', () => {
    const expected = new Set([
      ...ofEveryFunction,
      ...actionsOfTrigger[row.trigger.kind],
      ...row.needs.flatMap((capability) => actionsOf[capability]),
    ]);
    const allowed = new Set(allowedBy(roleOf(row), installation()).flatMap(({ Action }) => Action));
    expect([...allowed].sort()).toEqual([...expected].sort());
    expect(roleOf(row).properties).not.toHaveProperty('ManagedPolicyArns');
  });

  it('has the variables of its capabilities, each with a value, and no others', () => {
    const { Variables } = functionShape.parse(lambdaOf(row).properties).Environment;
    const expected = new Set<string>(row.needs.flatMap((capability) => [...capabilities[capability].variables]));
    expect(Object.keys(Variables).sort()).toEqual([...expected, 'NODE_OPTIONS'].sort());
    expect(Object.values(Variables)).not.toContain('');
  });

  it('keeps its own log for thirty days', () => {
    const logs = ofType('AWS::Logs::LogGroup').filter(
      ({ properties }) => properties['LogGroupName'] === `/aws/lambda/deployment-service-${nameOf(row)}`,
    );
    expect(logs.map(({ properties }) => properties['RetentionInDays'])).toEqual([30]);
    const [log] = logs;
    expect(pairsOf(allowedBy(roleOf(row), installation()))).toContain(`logs:PutLogEvents on ${arnOf(log as Resource)}`);
  });
});

describe('functions that nobody waits for', () => {
  const unattended = functionCatalog.filter(({ trigger }) =>
    ['event', 'schedule', 'build-logs'].includes(trigger.kind),
  );

  it.each(unattended.map((row) => [nameOf(row), row] as const))('%s hands on what it failed at', (_, row) => {
    const name = `${lambdaOf(row).stack}/${lambdaOf(row).id}`;
    const configurations = ofType('AWS::Lambda::EventInvokeConfig').filter(
      ({ properties }) => properties['FunctionName'] === name,
    );
    expect(configurations).toHaveLength(1);
    const shape = z.object({ DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }) }) });
    const { Destination } = shape.parse(configurations[0]?.properties).DestinationConfig.OnFailure;
    expect(ofType('AWS::SQS::Queue').map(arnOf)).toContain(Destination);
    expect(pairsOf(allowedBy(roleOf(row), installation()))).toContain(`sqs:SendMessage on ${Destination}`);
  });

  const readers = functionCatalog.filter(({ trigger }) => trigger.kind === 'table-stream');

  it('two functions read the stream of the table, and a third would get nothing of it', () => {
    expect(readers.map(nameOf)).toEqual(['publish-outbox', 'wake-waiters']);
    expect(ofType('AWS::Lambda::EventSourceMapping')).toHaveLength(2);
  });

  it.each([
    ['publish-outbox', [{ eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: 'OUT#' }] } } } }]],
    [
      'wake-waiters',
      [
        {
          eventName: ['MODIFY'],
          dynamodb: {
            Keys: { pk: { S: [{ prefix: 'SLOT#' }] }, sk: { S: [{ prefix: 'LOCK' }] } },
            NewImage: { owner: { S: [{ exists: false }] } },
          },
        },
        ...[
          ['INSERT', 'SLOT#', 'Q#'],
          ['INSERT', 'CAP#', 'Q#'],
          ['INSERT', 'CAP#', 'HOLD#'],
          ['REMOVE', 'CAP#', 'HOLD#'],
        ].map(([eventName, pk, sk]) => ({
          eventName: [eventName],
          dynamodb: { Keys: { pk: { S: [{ prefix: pk }] }, sk: { S: [{ prefix: sk }] } } },
        })),
      ],
    ],
  ])('%s gets its rows in order, a failed row not taking others with it', (name, expected) => {
    const row = readers.find((each) => nameOf(each) === name) as FunctionRow;
    const functionName = `${lambdaOf(row).stack}/${lambdaOf(row).id}`;
    const mapping = ofType('AWS::Lambda::EventSourceMapping').find(
      ({ properties }) => properties['FunctionName'] === functionName,
    );
    const filters = z
      .object({ FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }) })
      .parse(mapping?.properties)
      .FilterCriteria.Filters.map(({ Pattern }): unknown => JSON.parse(Pattern));
    expect(filters).toEqual(expected);
    expect(mapping?.properties).toMatchObject({
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ParallelizationFactor: 1,
      StartingPosition: 'TRIM_HORIZON',
    });
    expect(mapping?.properties).toHaveProperty('DestinationConfig.OnFailure.Destination');
  });
});

it('there is no function that the catalog does not know', () => {
  expect(ofType('AWS::Lambda::Function')).toHaveLength(functionCatalog.length);
});
