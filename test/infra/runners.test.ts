import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { projectCatalog, type ProjectName } from '#state-machines/catalog.ts';
import { allowedBy, pairsOf, type Statement } from './policies.ts';
import {
  arnOf,
  blobBucket,
  completeContext,
  deploymentServiceWith,
  installation,
  ofType,
  resourcesOf,
  type Resource,
} from './synthesized.ts';

const projectShape = z.object({
  Name: z.string(),
  ServiceRole: z.string(),
  TimeoutInMinutes: z.number(),
  QueuedTimeoutInMinutes: z.number(),
  Source: z.object({ Type: z.string(), BuildSpec: z.string() }),
  Environment: z.object({
    ComputeType: z.string(),
    PrivilegedMode: z.boolean(),
    EnvironmentVariables: z.array(z.object({ Name: z.string(), Value: z.string() })),
  }),
});

function projectNamed(name: ProjectName) {
  const found = ofType('AWS::CodeBuild::Project').filter(
    ({ properties }) => properties['Name'] === `deployment-service-${name}`,
  );
  expect(found).toHaveLength(1);
  return projectShape.parse(found[0]?.properties);
}

function statementsOf(name: ProjectName): readonly Statement[] {
  const { ServiceRole } = projectNamed(name);
  const role = ofType('AWS::IAM::Role').find((each) => arnOf(each) === ServiceRole);
  return allowedBy(role as Resource, installation());
}

/** Pairs without those that every project needs: its log, and the kit as its source. */
function ownPairs(name: ProjectName): readonly string[] {
  return [...pairsOf(statementsOf(name))]
    .filter((pair) => !pair.startsWith('logs:') && !pair.includes('cdk-hnb659fds-assets'))
    .map((pair) => pair.replace(arnOf(blobBucket()), 'blobs'))
    .sort();
}

describe.each(projectCatalog.map((row) => [row.name, row] as const))('the project %s', (name, row) => {
  it('runs the bytes of its buildspec on the runner kit', () => {
    const { Source } = projectNamed(name);
    expect(Source.Type).toBe('S3');
    expect(Source.BuildSpec).toBe(readFileSync(new URL(`../../${row.buildspec}`, import.meta.url), 'utf8'));
  });

  it('has no privileges on its host, and ends in time, queued or running', () => {
    expect(projectNamed(name)).toMatchObject({
      TimeoutInMinutes: row.timeoutMinutes,
      QueuedTimeoutInMinutes: 30,
      Environment: { PrivilegedMode: false },
    });
  });

  it('has a role of its own', () => {
    const roles = ofType('AWS::CodeBuild::Project').map(({ properties }) => properties['ServiceRole']);
    expect(new Set(roles).size).toBe(projectCatalog.length);
  });
});

it('fetching a source touches sources, and secrets that are tagged for it, and nothing else', () => {
  expect(ownPairs('fetch-source')).toEqual([
    's3:GetObject on blobs/sources/*',
    // An absent object is 404 only for those who may list.
    's3:ListBucket on blobs',
    's3:PutObject on blobs/sources/*',
    'secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:000000000000:secret:*/*',
    'ssm:GetParameters on arn:aws:ssm:eu-west-1:000000000000:parameter/*/*',
  ]);
  const reading = statementsOf('fetch-source').filter(({ Action }) => /^(secretsmanager|ssm):/.test(Action[0] ?? ''));
  const tagged = { StringEquals: { 'aws:ResourceTag/deployment-service': 'source' } };
  expect(reading.map(({ Condition }) => Condition)).toEqual([tagged, tagged]);
});

it('a build reads its plan, source and secrets, uploads an artifact or pushes an image, uploads reports, and posts marks', () => {
  const [mark] = ofType('AWS::Lambda::Function').filter(
    ({ properties }) => properties['FunctionName'] === 'deployment-service-record-stage-mark',
  );
  const repositories = 'arn:aws:ecr:eu-west-1:000000000000:repository';
  expect(ownPairs('build')).toEqual([
    `ecr:BatchCheckLayerAvailability on ${repositories}/deployment-service/*`,
    `ecr:BatchCheckLayerAvailability on ${repositories}/ecr-public/*`,
    `ecr:BatchGetImage on ${repositories}/deployment-service/*`,
    `ecr:BatchGetImage on ${repositories}/ecr-public/*`,
    `ecr:BatchImportUpstreamImage on ${repositories}/ecr-public/*`,
    `ecr:CompleteLayerUpload on ${repositories}/deployment-service/*`,
    // Only of base images: those of services are made for it.
    `ecr:CreateRepository on ${repositories}/ecr-public/*`,
    'ecr:GetAuthorizationToken on *',
    `ecr:GetDownloadUrlForLayer on ${repositories}/deployment-service/*`,
    `ecr:GetDownloadUrlForLayer on ${repositories}/ecr-public/*`,
    `ecr:InitiateLayerUpload on ${repositories}/deployment-service/*`,
    `ecr:PutImage on ${repositories}/deployment-service/*`,
    `ecr:UploadLayerPart on ${repositories}/deployment-service/*`,
    `lambda:InvokeFunction on ${arnOf(mark as Resource)}`,
    's3:GetBucketAcl on blobs',
    's3:GetBucketLocation on blobs',
    's3:GetObject on blobs/cache/*',
    's3:GetObject on blobs/plans/*',
    's3:GetObject on blobs/sources/*',
    's3:GetObjectVersion on blobs/sources/*',
    's3:PutObject on blobs/reports/*',
    's3:PutObject on blobs/uploads/*',
    'secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:000000000000:secret:*/*',
    'ssm:GetParameters on arn:aws:ssm:eu-west-1:000000000000:parameter/*/*',
  ]);
});

it('a build reads secrets that are tagged for builds, and no others', () => {
  const reading = statementsOf('build').filter(({ Action }) => /^(secretsmanager|ssm):/.test(Action[0] ?? ''));
  const tagged = { StringEquals: { 'aws:ResourceTag/deployment-service': 'build' } };
  expect(reading.map(({ Condition }) => Condition)).toEqual([tagged, tagged]);
});

it('the cache is written by the function that marks go to, from uploads, and by no build', () => {
  const writers = ofType('AWS::IAM::Role').filter((role) =>
    [...pairsOf(allowedBy(role, installation()))].some((pair) => /^s3:Put\S* on .*\/cache\//.test(pair)),
  );
  const [mark] = ofType('AWS::Lambda::Function').filter(
    ({ properties }) => properties['FunctionName'] === 'deployment-service-record-stage-mark',
  );
  expect(writers.map(arnOf)).toEqual([mark?.properties['Role']]);
  const own = [...pairsOf(allowedBy(writers[0] as Resource, installation()))].filter((pair) => pair.startsWith('s3:'));
  expect(own.map((pair) => pair.replace(/data\/Blobs\w+\.Arn/, 'blobs')).sort()).toEqual([
    's3:GetObject on blobs/uploads/*',
    's3:ListBucket on blobs',
    's3:PutObject on blobs/cache/*',
  ]);
});

it('a build cannot put another artifact in the place of one', () => {
  const uploads = statementsOf('build').filter(({ Resource }) => Resource.some((each) => each.endsWith('/uploads/*')));
  expect(uploads.map(({ Condition }) => Condition)).toEqual([{ Null: { 's3:if-none-match': 'false' } }]);
});

it('a build knows the bucket and whom to post marks to; a fetch, which protocols git may use', () => {
  const variables = (name: ProjectName) =>
    projectNamed(name).Environment.EnvironmentVariables.map((variable) => variable.Name);
  expect(variables('build')).toEqual(['BLOB_BUCKET', 'MARK_FUNCTION']);
  expect(variables('fetch-source')).toEqual(['BLOB_BUCKET', 'GIT_ALLOW_PROTOCOL']);
  expect(projectNamed('fetch-source').Environment.EnvironmentVariables[1]?.Value).toBe('https');
});

it('every line of a build is handed to the function that keeps logs, and only the log may do so', () => {
  const [log] = ofType('AWS::Logs::LogGroup').filter(
    ({ properties }) => properties['LogGroupName'] === '/deployment-service/builds',
  );
  const [sink] = ofType('AWS::Lambda::Function').filter(
    ({ properties }) => properties['FunctionName'] === 'deployment-service-sink-logs',
  );
  expect(log?.properties['RetentionInDays']).toBe(30);
  const [subscription] = ofType('AWS::Logs::SubscriptionFilter');
  expect(subscription?.properties).toEqual({
    LogGroupName: `${log?.stack}/${log?.id}`,
    FilterPattern: '',
    DestinationArn: arnOf(sink as Resource),
  });
  const permissions = ofType('AWS::Lambda::Permission').filter(
    ({ properties }) => properties['Principal'] === 'logs.amazonaws.com',
  );
  expect(permissions.map(({ properties }) => properties['SourceArn'])).toEqual([arnOf(log as Resource)]);
});

it('builds run on a fleet when the installation has one, and on demand otherwise', () => {
  const fleet = 'arn:aws:codebuild:eu-west-1:000000000000:fleet/builds:11111111-2222-3333-4444-555555555555';
  const fleetsOf = (resources: readonly Resource[]) =>
    resources
      .filter(({ type }) => type === 'AWS::CodeBuild::Project')
      .map(({ properties }) => (properties['Environment'] as { readonly Fleet?: unknown }).Fleet);
  expect(fleetsOf(installation())).toEqual([undefined, undefined]);
  const own = resourcesOf(deploymentServiceWith({ ...completeContext, runnerFleet: fleet }));
  expect(fleetsOf(own)).toEqual([{ FleetArn: fleet }, { FleetArn: fleet }]);
});
