import * as z from 'zod';
import { expect, it } from 'vitest';
import { statementsIn } from './policies.ts';
import { blobBucket, completeContext, deploymentServiceWith, ofType, resourcesOf } from './synthesized.ts';

const keptForEver = ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::Events::Archive'];

it.each(keptForEver)('%s outlives its stack, and its replacement', (type) => {
  expect(ofType(type).length).toBeGreaterThan(0);
  for (const resource of ofType(type)) {
    expect([resource.deletionPolicy, resource.updateReplacePolicy]).toEqual(['Retain', 'Retain']);
  }
});

it.each(['AWS::Logs::LogGroup', 'AWS::SQS::Queue'])('%s says what happens to it at the end', (type) => {
  expect(ofType(type).filter(({ deletionPolicy }) => deletionPolicy === undefined)).toEqual([]);
});

it('the table can be restored, is not deleted by mistake and tells of what is inserted', () => {
  const [table] = ofType('AWS::DynamoDB::GlobalTable');
  expect(table?.properties).toMatchObject({
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    Replicas: [
      { DeletionProtectionEnabled: true, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
    ],
  });
});

it('the table has the three sparse indexes with all attributes', () => {
  const [table] = ofType('AWS::DynamoDB::GlobalTable');
  const index = (name: string) => ({
    IndexName: name,
    KeySchema: [
      { AttributeName: `${name}pk`, KeyType: 'HASH' },
      { AttributeName: `${name}sk`, KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'ALL' },
  });
  expect(table?.properties['GlobalSecondaryIndexes']).toEqual([index('gsi1'), index('gsi2'), index('gsi3')]);
});

it('blobs are versioned, private and reached by TLS only', () => {
  expect(blobBucket().properties).toMatchObject({ VersioningConfiguration: { Status: 'Enabled' } });
  for (const { stack, id, properties } of ofType('AWS::S3::Bucket')) {
    expect(properties, id).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    const policies = ofType('AWS::S3::BucketPolicy').filter((each) => each.properties['Bucket'] === `${stack}/${id}`);
    const denied = statementsIn(policies).filter(({ statement }) => statement.Effect === 'Deny');
    expect(
      denied.map(({ statement }) => statement.Condition),
      id,
    ).toContainEqual({ Bool: { 'aws:SecureTransport': 'false' } });
  }
});

it('who read or wrote a blob is kept for ninety days, in a bucket of its own', () => {
  const { LoggingConfiguration } = z
    .object({ LoggingConfiguration: z.object({ DestinationBucketName: z.string() }) })
    .parse(blobBucket().properties);
  const log = ofType('AWS::S3::Bucket').find(
    ({ stack, id }) => `${stack}/${id}` === LoggingConfiguration.DestinationBucketName,
  );
  expect(lifecycle.parse(log?.properties).LifecycleConfiguration.Rules).toMatchObject([{ ExpirationInDays: 90 }]);
});

const lifecycle = z.object({
  LifecycleConfiguration: z.object({
    Rules: z.array(z.object({ Prefix: z.string().optional(), ExpirationInDays: z.number().optional() })),
  }),
});

it('artifacts never expire: any of them may be the one to go back to', () => {
  const { LifecycleConfiguration } = lifecycle.parse(blobBucket().properties);
  const expiring = LifecycleConfiguration.Rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
  expect(expiring.map(({ Prefix }) => Prefix)).toEqual(['sources/', 'plans/', 'uploads/', 'cache/', 'reports/']);
});

it('one key signs and the other seals', () => {
  const own = ofType('AWS::KMS::Key').filter(({ properties }) => properties['KeyUsage'] !== 'ENCRYPT_DECRYPT');
  expect(own.map(({ properties }) => [properties['KeySpec'], properties['KeyUsage']])).toEqual([
    ['ECC_NIST_P256', 'SIGN_VERIFY'],
    ['HMAC_256', 'GENERATE_VERIFY_MAC'],
  ]);
});

it('another account is let at artifacts only where it is named, and only by its deploy roles', () => {
  const shared = (context: Readonly<Record<string, string>>) =>
    statementsIn(
      resourcesOf(deploymentServiceWith(context)).filter(
        ({ type, properties }) =>
          type === 'AWS::S3::BucketPolicy' && properties['Bucket'] === `${blobBucket().stack}/${blobBucket().id}`,
      ),
    )
      .map(({ statement }) => statement)
      .filter(({ Effect }) => Effect === 'Allow');
  expect(shared(completeContext)).toEqual([]);
  const [statement, ...others] = shared({ ...completeContext, targetAccounts: '111111111111' });
  expect(others).toEqual([]);
  expect(statement?.Action).toEqual(['s3:GetObject']);
  expect(statement?.Resource).toEqual([expect.stringMatching(/\/artifacts\/\*$/)]);
  expect(statement?.Condition).toEqual({
    ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/deployment-service/deploy/*' },
  });
});
