import { expect, it } from 'vitest';
import * as z from 'zod';
import { functionCatalog, functionNameOf } from '#functions/catalog.ts';
import { readSettings } from '#infra/settings.ts';
import { statementsIn, type Statement } from './policies.ts';
import { arnOf, completeContext, deploymentServiceWith, ofType, resourcesOf, type Resource } from './synthesized.ts';

const auditor = 'arn:aws:iam::111122223333:role/audit';
const withAuditors = { ...completeContext, auditors: `${auditor}, arn:aws:iam::111122223333:user/ada` };

function evidenceBucket(resources: readonly Resource[] = ofType('AWS::S3::Bucket')): Resource {
  const found = resources.filter(({ id, type }) => type === 'AWS::S3::Bucket' && id.startsWith('EvidenceBucket'));
  expect(found).toHaveLength(1);
  return found[0] as Resource;
}

/** What is denied of the evidence, by the name of the statement. */
function denied(resources: readonly Resource[]) {
  const policies = resources.filter(
    ({ id, type }) => type === 'AWS::S3::BucketPolicy' && id.startsWith('EvidenceBucket'),
  );
  const statements = statementsIn(policies).map(({ statement }) => statement);
  const named = statements.filter(({ Effect }) => Effect === 'Deny').map((each) => [each.Sid ?? '', each] as const);
  return Object.fromEntries(named) as Readonly<Record<string, Statement | undefined>>;
}

/** Names of the roles that a condition lets through. */
function exceptions(statement: Statement | undefined) {
  const condition = z.object({
    ArnNotEquals: z.object({ 'aws:PrincipalArn': z.union([z.string(), z.array(z.string())]) }),
  });
  const { ArnNotEquals } = condition.parse(statement?.Condition);
  return [ArnNotEquals['aws:PrincipalArn']].flat().map((arn) => arn.split('/').at(-1));
}

const rolesThat = (capability: 'evidence:read' | 'evidence:write') =>
  functionCatalog.filter(({ needs }) => needs.includes(capability)).map((row) => `${functionNameOf(row)}-eu-west-1`);

it('evidence is locked, kept in versions, private and encrypted with a key of its own', () => {
  const { properties } = evidenceBucket();
  const [key] = ofType('AWS::KMS::Key').filter(({ properties }) => properties['KeySpec'] === 'SYMMETRIC_DEFAULT');
  expect(key?.properties).toMatchObject({ EnableKeyRotation: true, KeyUsage: 'ENCRYPT_DECRYPT' });
  expect(properties).toMatchObject({
    ObjectLockEnabled: true,
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 7 * 365 } } },
    VersioningConfiguration: { Status: 'Enabled' },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key && arnOf(key) },
        },
      ],
    },
  });
  expect(properties['LoggingConfiguration']).toMatchObject({
    DestinationBucketName: expect.stringContaining('EvidenceAccess') as string,
  });
});

it('evidence goes to deep storage when it is no longer locked, and never expires', () => {
  const rules = z.object({ Rules: z.array(z.record(z.string(), z.unknown())) });
  const { Rules } = rules.parse(evidenceBucket().properties['LifecycleConfiguration']);
  expect(Rules.flatMap((rule) => rule['Transitions'] ?? [])).toEqual([
    { StorageClass: 'DEEP_ARCHIVE', TransitionInDays: 7 * 365 },
  ]);
  expect(Rules.filter((rule) => 'ExpirationInDays' in rule || 'NoncurrentVersionExpiration' in rule)).toEqual([]);
});

it('only the functions that archive write evidence, only those that answer from it read it, and nobody removes it', () => {
  const statements = denied(ofType('AWS::S3::BucketPolicy'));
  expect(statements['ReadByNobodyElse']?.Action).toEqual(['s3:GetObject', 's3:GetObjectVersion']);
  expect(new Set(exceptions(statements['ReadByNobodyElse']))).toEqual(new Set(rolesThat('evidence:read')));
  expect(statements['WriteByNobodyElse']?.Action).toEqual(['s3:PutObject']);
  expect(exceptions(statements['WriteByNobodyElse'])).toEqual([
    'deployment-service-archive-records-eu-west-1',
    'deployment-service-archive-logs-eu-west-1',
  ]);
  expect(statements['RemoveByNobodyElse']?.Action).toEqual([
    's3:BypassGovernanceRetention',
    's3:DeleteObject',
    's3:DeleteObjectVersion',
  ]);
  expect(statements['RemoveByNobodyElse']?.Condition).toBeUndefined();
});

it('the key of the evidence decrypts for those who read, whatever the policies of the account hand out', () => {
  const key = ofType('AWS::KMS::Key').filter(({ properties }) => properties['KeySpec'] === 'SYMMETRIC_DEFAULT');
  const use = statementsIn(key).find(({ statement }) => statement.Sid === 'Use')?.statement;
  const condition = z.object({ ArnEquals: z.object({ 'aws:PrincipalArn': z.array(z.string()) }) });
  const names = condition.parse(use?.Condition).ArnEquals['aws:PrincipalArn'].map((arn) => arn.split('/').at(-1));
  expect(new Set(names)).toEqual(new Set([...rolesThat('evidence:read'), ...rolesThat('evidence:write')]));
});

it('auditors are those who are named, and without a name there is no such role', () => {
  const rolesIn = (resources: readonly Resource[]) =>
    resources.filter(
      ({ type, properties }) => type === 'AWS::IAM::Role' && /auditors/.test(String(properties['RoleName'])),
    );
  expect(rolesIn(ofType('AWS::IAM::Role'))).toEqual([]);
  const resources = resourcesOf(deploymentServiceWith(withAuditors));
  const [role] = rolesIn(resources);
  expect(role?.properties['AssumeRolePolicyDocument']).toMatchObject({
    Statement: [{ Principal: { AWS: [auditor, 'arn:aws:iam::111122223333:user/ada'] } }],
  });
  expect(exceptions(denied(resources)['ReadByNobodyElse'])).toContain('deployment-service-auditors-eu-west-1');
  expect(exceptions(denied(resources)['WriteByNobodyElse'])).not.toContain('deployment-service-auditors-eu-west-1');
  expect(exceptions(denied(resources)['RestoreByNobodyElse'])).toEqual(['deployment-service-auditors-eu-west-1']);
});

it('says what is wrong with the name of an auditor, and with a time that is none', () => {
  const settings = (more: Readonly<Record<string, string>>) => () =>
    readSettings((name) => ({ ...completeContext, ...more })[name]);
  expect(settings({ auditors: 'ada' })).toThrow(
    /auditors[\s\S]*ARNs of roles, users or accounts|ARNs of roles, users or accounts[\s\S]*auditors/,
  );
  expect(settings({ recordMonths: '0' })).toThrow(/recordMonths/);
  expect(settings({ logDays: 'a month' })).toThrow(/logDays/);
  expect(settings({})()).toMatchObject({ recordMonths: 12, logDays: 30, evidenceYears: 7, auditors: [] });
});
