import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, ArnPrincipal, CompositePrincipal, Effect, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Capability } from '#functions/capabilities.ts';
import { functionCatalog } from '#functions/catalog.ts';
import { allowAll } from '../allow.ts';
import { roleName } from '../names.ts';
import type { Settings } from '../settings.ts';
import { RetainedKey } from './retained-key.ts';

interface EvidenceBucketProps {
  readonly settings: Pick<Settings, 'auditors' | 'evidenceYears'>;
}

const archived = ['records/*', 'logs/*'];
const daysPerYear = 365;

/**
 * Where records and logs go that are no longer in the table. Nothing in it can be changed or removed before its time: every
 * version is locked, and the policy forbids it besides. It is read by the functions that answer from it and by auditors, and by
 * nobody else, whatever their own policies say.
 */
export class EvidenceBucket extends Construct {
  readonly bucketArn: string;
  readonly bucketName: string;
  readonly keyArn: string;

  constructor(scope: Construct, id: string, { settings }: EvidenceBucketProps) {
    super(scope, id);
    const auditors = settings.auditors.length > 0 ? [this.#roleArn(auditorsRoleName(Stack.of(this).region))] : [];
    const readers = [...this.#rolesThat('evidence:read'), ...auditors];
    const writers = this.#rolesThat('evidence:write');
    this.keyArn = new RetainedKey(this, 'EncryptionKey', {
      alias: 'alias/deployment-service/evidence',
      description: 'Encrypts what is archived: records and logs of deployments.',
      spec: KeySpec.SYMMETRIC_DEFAULT,
      usage: KeyUsage.ENCRYPT_DECRYPT,
      uses: ['kms:Decrypt', 'kms:GenerateDataKey'],
      onlyFor: [...new Set([...readers, ...writers])],
      rotates: true,
    }).arn;
    const bucket = this.#makeBucket(settings.evidenceYears);
    this.bucketArn = bucket.bucketArn;
    this.bucketName = bucket.bucketName;
    this.#forbid(bucket, 'Read', ['s3:GetObject', 's3:GetObjectVersion'], readers);
    this.#forbid(bucket, 'Write', ['s3:PutObject'], writers);
    this.#forbid(bucket, 'Restore', ['s3:RestoreObject'], auditors);
    // Who has to, for instance because of personal data, changes this policy first, and that is seen.
    this.#forbid(bucket, 'Remove', ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'], []);
    if (settings.auditors.length > 0) this.#makeAuditors(settings.auditors);
  }

  #makeBucket(years: number): Bucket {
    const common = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    const accessLog = new Bucket(this, 'Access', {
      ...common,
      // S3 delivers its access logs to no bucket with a key of its own.
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ id: 'all', expiration: Duration.days(2 * daysPerYear) }],
    });
    return new Bucket(this, 'Bucket', {
      ...common,
      versioned: true,
      encryption: BucketEncryption.KMS,
      encryptionKey: Key.fromKeyArn(this, 'Key', this.keyArn),
      bucketKeyEnabled: true,
      serverAccessLogsBucket: accessLog,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(years * daysPerYear)),
      lifecycleRules: [
        {
          // As long as it is locked, people may want to look at it at once.
          id: 'after-years',
          transitions: [
            { storageClass: StorageClass.DEEP_ARCHIVE, transitionAfter: Duration.days(years * daysPerYear) },
          ],
        },
        { id: 'leftovers', abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
    });
  }

  /** Denies actions on every object to all but some roles. */
  #forbid(bucket: Bucket, sid: string, actions: readonly string[], except: readonly string[]): void {
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: `${sid}ByNobodyElse`,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [...actions],
        resources: [bucket.arnForObjects('*')],
        ...(except.length > 0 && { conditions: { ArnNotEquals: { 'aws:PrincipalArn': [...except] } } }),
      }),
    );
  }

  /** A role that may read all of it and bring it back from deep storage, and nothing else. */
  #makeAuditors(principals: readonly string[]): void {
    const role = new Role(this, 'Auditors', {
      roleName: auditorsRoleName(Stack.of(this).region),
      description: 'Reads the archived records and logs of deployments.',
      assumedBy: new CompositePrincipal(...principals.map((arn) => new ArnPrincipal(arn))),
      maxSessionDuration: Duration.hours(1),
    });
    const objects = archived.map((prefix) => `${this.bucketArn}/${prefix}`);
    allowAll(role, [
      {
        actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:RestoreObject'],
        resources: objects,
        because: 'An auditor reads whatever is archived; what that is, nobody knows beforehand.',
      },
      { actions: ['s3:ListBucket'], resources: [this.bucketArn] },
      { actions: ['kms:Decrypt'], resources: [this.keyArn] },
    ]);
    new CfnOutput(this, 'AuditorsRole', { description: 'What auditors take on.', value: role.roleArn });
  }

  #rolesThat(capability: Capability): readonly string[] {
    return functionCatalog
      .filter(({ needs }) => needs.includes(capability))
      .map((row) => this.#roleArn(roleName(row, Stack.of(this).region)));
  }

  #roleArn(name: string): string {
    const { partition, account } = Stack.of(this);
    return `arn:${partition}:iam::${account}:role/${name}`;
  }
}

function auditorsRoleName(region: string): string {
  return `deployment-service-auditors-${region}`;
}
