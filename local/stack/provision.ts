import { readFile } from 'node:fs/promises';
import { CodeBuildClient, CreateProjectCommand, UpdateProjectCommand } from '@aws-sdk/client-codebuild';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { CreateArchiveCommand, CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreatePullThroughCacheRuleCommand, ECRClient } from '@aws-sdk/client-ecr';
import { CreateAliasCommand, CreateKeyCommand, KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateStateMachineCommand, SFNClient, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import { functionCatalog, functionNameOf, type FunctionRow } from '#functions/catalog.ts';
import { registryShape } from '#schemas/registry.ts';
import { tableShape } from '#schemas/table.ts';
import {
  bindDefinition,
  childrenFirst,
  machineCatalog,
  mostQueuedMinutes,
  projectCatalog,
  type Binding,
  type MachineRow,
} from '#state-machines/catalog.ts';
import type { ClientOptions } from './client-options.ts';
import { account, functionArn, machineArn, names, region } from './names.ts';
import { putRules } from './rules.ts';

const role = `arn:aws:iam::${account}:role/local`;
const kitKey = 'runner/runner-kit.zip';

/**
 * Creates what the stack creates, through the endpoint and with the same catalogs: the table, the bucket, the keys, the
 * bus with its rules, the build projects, the machines. What is there already stays; what may have changed since the
 * last start (definitions, buildspecs, rules, the runner kit) is brought up to date.
 */
export async function provision(client: ClientOptions, kit: Uint8Array): Promise<void> {
  await Promise.all([
    createTable(client),
    createKeys(client),
    createImageCache(client),
    createBlobBucket(client, kit),
    createEvidenceBucket(client),
    createBus(client),
    createSender(client),
    new SNSClient(client).send(new CreateTopicCommand({ Name: names.topic })),
  ]);
  await Promise.all([putRules(client), putProjects(client), putMachines(client), createBuildLogs(client)]);
}

async function createTable(options: ClientOptions): Promise<void> {
  const client = new DynamoDBClient(options);
  const { partitionKey, sortKey, indexes, expiry } = tableShape;
  const keySchema = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  const attributes = [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
  const created = await unlessThere('ResourceInUseException', () =>
    client.send(
      new CreateTableCommand({
        TableName: names.table,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keySchema(partitionKey, sortKey),
        AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        GlobalSecondaryIndexes: indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: keySchema(index.partitionKey, index.sortKey),
          Projection: { ProjectionType: 'ALL' },
        })),
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    ),
  );
  if (!created) return;
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: names.table,
      TimeToLiveSpecification: { Enabled: true, AttributeName: expiry },
    }),
  );
}

async function createKeys(options: ClientOptions): Promise<void> {
  const client = new KMSClient(options);
  const { Aliases = [] } = await client.send(new ListAliasesCommand({}));
  const wanted = [
    { alias: names.signingKeyAlias, KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
    { alias: names.sealKeyAlias, KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
  ] as const;
  for (const { alias, ...spec } of wanted) {
    if (Aliases.some(({ AliasName }) => AliasName === alias)) continue;
    const { KeyMetadata } = await client.send(new CreateKeyCommand(spec));
    await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId }));
  }
}

/** Repositories of services are made when their first image is planned. */
async function createImageCache(options: ClientOptions): Promise<void> {
  const client = new ECRClient(options);
  const { basePrefix: ecrRepositoryPrefix, upstream: upstreamRegistryUrl } = registryShape;
  await unlessThere('PullThroughCacheRuleAlreadyExistsException', () =>
    client.send(new CreatePullThroughCacheRuleCommand({ ecrRepositoryPrefix, upstreamRegistryUrl })),
  );
}

async function createSender(options: ClientOptions): Promise<void> {
  const client = new SESv2Client(options);
  await unlessThere('AlreadyExistsException', () =>
    client.send(new CreateEmailIdentityCommand({ EmailIdentity: names.emailSender })),
  );
}

async function createBlobBucket(options: ClientOptions, kit: Uint8Array): Promise<void> {
  const client = new S3Client({ ...options, forcePathStyle: true });
  const Bucket = names.blobBucket;
  await unlessThere('BucketAlreadyOwnedByYou', () => client.send(new CreateBucketCommand({ Bucket })));
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  await client.send(new PutObjectCommand({ Bucket, Key: kitKey, Body: kit }));
}

async function createEvidenceBucket(options: ClientOptions): Promise<void> {
  const client = new S3Client({ ...options, forcePathStyle: true });
  const Bucket = names.evidenceBucket;
  await unlessThere('BucketAlreadyOwnedByYou', () => client.send(new CreateBucketCommand({ Bucket })));
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
}

async function createBus(options: ClientOptions): Promise<void> {
  const client = new EventBridgeClient(options);
  await unlessThere('ResourceAlreadyExistsException', () =>
    client.send(new CreateEventBusCommand({ Name: names.bus })),
  );
  const EventSourceArn = `arn:aws:events:${region}:${account}:event-bus/${names.bus}`;
  await unlessThere('ResourceAlreadyExistsException', () =>
    client.send(new CreateArchiveCommand({ ArchiveName: names.bus, EventSourceArn, RetentionDays: 90 })),
  );
}

async function putProjects(options: ClientOptions): Promise<void> {
  const client = new CodeBuildClient(options);
  const variables = {
    BLOB_BUCKET: names.blobBucket,
    MARK_FUNCTION: functionNameOf(rowNamed('runner/record-stage-mark')),
    GIT_ALLOW_PROTOCOL: 'file:https:ssh',
  };
  for (const { name, buildspec, timeoutMinutes } of projectCatalog) {
    const project = {
      name: names.project(name),
      source: {
        type: 'S3' as const,
        location: `${names.blobBucket}/${kitKey}`,
        buildspec: await readFile(new URL(`../../${buildspec}`, import.meta.url), 'utf8'),
      },
      artifacts: { type: 'NO_ARTIFACTS' as const },
      environment: {
        type: 'LINUX_CONTAINER' as const,
        image: 'local',
        computeType: 'BUILD_GENERAL1_SMALL' as const,
        environmentVariables: Object.entries(variables).map(([key, value]) => ({ name: key, value })),
      },
      timeoutInMinutes: timeoutMinutes,
      queuedTimeoutInMinutes: mostQueuedMinutes,
      serviceRole: role,
    };
    const created = await unlessThere('ResourceAlreadyExistsException', () =>
      client.send(new CreateProjectCommand(project)),
    );
    if (!created) await client.send(new UpdateProjectCommand(project));
  }
}

async function putMachines(options: ClientOptions): Promise<void> {
  const client = new SFNClient(options);
  for (const { name, file, bindings } of childrenFirst<MachineRow>(machineCatalog)) {
    const text = await readFile(new URL(`../../state-machines/${file}`, import.meta.url), 'utf8');
    const values = Object.entries(bindings).map(([placeholder, binding]) => [placeholder, valueOf(binding)]);
    const definition = bindDefinition(text, Object.fromEntries(values) as Record<string, string>);
    const created = await unlessThere('StateMachineAlreadyExists', () =>
      client.send(new CreateStateMachineCommand({ name: names.machine(name), definition, roleArn: role })),
    );
    if (!created) {
      await client.send(
        new UpdateStateMachineCommand({ stateMachineArn: machineArn(name), definition, roleArn: role }),
      );
    }
  }
}

async function createBuildLogs(options: ClientOptions): Promise<void> {
  const client = new CloudWatchLogsClient(options);
  const logGroupName = names.buildLogGroup;
  await unlessThere('ResourceAlreadyExistsException', () => client.send(new CreateLogGroupCommand({ logGroupName })));
  await client.send(
    new PutSubscriptionFilterCommand({
      logGroupName,
      filterName: 'sink-logs',
      filterPattern: '',
      destinationArn: functionArn(rowNamed('streams/sink-logs')),
    }),
  );
}

function valueOf(binding: Binding): string {
  switch (binding.kind) {
    case 'function':
      return functionArn(rowNamed(`tasks/${binding.name}`));
    case 'project':
      return names.project(binding.name);
    case 'machine':
      return machineArn(binding.name);
    case 'blob-bucket':
      return names.blobBucket;
    case 'build-log-group':
      return names.buildLogGroup;
  }
}

function rowNamed(entry: string): FunctionRow {
  const row = functionCatalog.find((each) => each.entry === entry);
  if (!row) throw new Error(`functions/catalog.ts has no "${entry}".`);
  return row;
}

/** Creates something unless it is there; true when it was created now. */
async function unlessThere(exception: string, create: () => Promise<unknown>): Promise<boolean> {
  try {
    await create();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === exception) return false;
    throw error;
  }
}
