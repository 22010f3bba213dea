import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { CfnPullThroughCacheRule, CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { registryShape } from '#schemas/registry.ts';
import { tableShape } from '#schemas/table.ts';
import { boundedActions, boundedBySettings } from '../boundary.ts';
import { EvidenceBucket } from '../constructs/evidence-bucket.ts';
import { RetainedKey } from '../constructs/retained-key.ts';
import { RolesBoundary } from '../constructs/roles-boundary.ts';
import { SettingsGuard } from '../constructs/settings-guard.ts';
import { boundaryName, deployRolePath, deployRolesArns } from '../names.ts';
import type { Settings } from '../settings.ts';

interface DataStackProps extends StackProps {
  readonly settings: Settings;
}

/** Everything that must outlive a deployment of the service itself: records, blobs and keys. */
export class DataStack extends Stack {
  readonly table: TableV2;
  readonly bucket: Bucket;
  readonly evidence: EvidenceBucket;
  readonly signingKeyArn: string;
  readonly sealKeyArn: string;

  constructor(scope: Construct, id: string, { settings, ...props }: DataStackProps) {
    super(scope, id, { terminationProtection: true, ...props });
    // Here, because this stack is the first that is deployed.
    new SettingsGuard(this, 'Settings', settings.missing);
    const boundary = new RolesBoundary(this, 'RolesBoundary', {
      policyName: boundaryName(this.region),
      actions: [...boundedActions, ...boundedBySettings],
      deployRoles: deployRolesArns(this, settings.targetAccounts),
    });
    this.table = this.#makeTable();
    this.bucket = this.#makeBucket(settings.targetAccounts);
    this.evidence = new EvidenceBucket(this, 'Evidence', { settings });
    // The role of its auditors has the boundary, like every other.
    this.evidence.node.addDependency(boundary);
    this.#cacheBaseImages();
    new CfnOutput(this, 'BlobBucket', {
      description: 'Stacks of services name it, so that their deploy roles can fetch artifacts.',
      value: this.bucket.bucketName,
    });
    this.signingKeyArn = new RetainedKey(this, 'SigningKey', {
      alias: 'alias/deployment-service/artifacts',
      description: 'Signs the statements of artifacts; only signed artifacts are released.',
      spec: KeySpec.ECC_NIST_P256,
      usage: KeyUsage.SIGN_VERIFY,
      uses: ['kms:Sign', 'kms:GetPublicKey'],
    }).arn;
    this.sealKeyArn = new RetainedKey(this, 'SealKey', {
      alias: 'alias/deployment-service/seals',
      description: 'Seals list cursors, the tokens by which builds post their marks, and the keys of their plans.',
      spec: KeySpec.HMAC_256,
      usage: KeyUsage.GENERATE_VERIFY_MAC,
      uses: ['kms:GenerateMac'],
    }).arn;
  }

  #makeTable(): TableV2 {
    const key = (name: string) => ({ name, type: AttributeType.STRING });
    return new TableV2(this, 'Table', {
      partitionKey: key(tableShape.partitionKey),
      sortKey: key(tableShape.sortKey),
      globalSecondaryIndexes: tableShape.indexes.map(({ name, partitionKey, sortKey }) => ({
        indexName: name,
        partitionKey: key(partitionKey),
        sortKey: key(sortKey),
        projectionType: ProjectionType.ALL,
      })),
      billing: Billing.onDemand(),
      timeToLiveAttribute: tableShape.expiry,
      // The outbox publisher reads inserted rows and nothing else.
      dynamoStream: StreamViewType.NEW_IMAGE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // A key of our own would cost a KMS permission in every role and protect from nobody whom these roles do not.
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /**
   * Base images come through the registry of the account: builds reach no other, and a tag that vanishes upstream is still
   * there. The repositories of services are made when their first image is planned (`images:place`).
   */
  #cacheBaseImages(): void {
    const { basePrefix, upstream } = registryShape;
    new CfnPullThroughCacheRule(this, 'BaseImages', { ecrRepositoryPrefix: basePrefix, upstreamRegistryUrl: upstream });
    const withoutTag = {
      rulePriority: 1,
      description: 'What a tag upstream meant before',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
      action: { type: 'expire' },
    };
    new CfnRepositoryCreationTemplate(this, 'BaseImageRepositories', {
      prefix: basePrefix,
      appliedFor: ['PULL_THROUGH_CACHE'],
      description: 'Copies of public base images.',
      imageTagMutability: 'MUTABLE',
      encryptionConfiguration: { encryptionType: 'AES256' },
      lifecyclePolicy: JSON.stringify({ rules: [withoutTag] }),
    });
  }

  #makeBucket(targetAccounts: readonly string[]): Bucket {
    const accessLog = new Bucket(this, 'BlobAccess', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ id: 'all', expiration: Duration.days(90) }],
    });
    const bucket = new Bucket(this, 'Blobs', {
      serverAccessLogsBucket: accessLog,
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'sources', prefix: 'sources/', expiration: Duration.days(90) },
        { id: 'plans', prefix: 'plans/', expiration: Duration.days(30) },
        // What was signed has been copied within a day, the longest that a deployment takes.
        { id: 'uploads', prefix: 'uploads/', expiration: Duration.days(7) },
        {
          id: 'cache',
          prefix: 'cache/',
          expiration: Duration.days(14),
          // Versions are for what somebody may want back.
          noncurrentVersionExpiration: Duration.days(1),
        },
        // As long as the records that name them.
        { id: 'reports', prefix: 'reports/', expiration: Duration.days(400) },
        // Artifacts stay: any of them may be the one to go back to.
        {
          id: 'leftovers',
          noncurrentVersionExpiration: Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
    });
    // Within the account a deploy role's own policy is enough; from another one the bucket has to agree.
    for (const account of targetAccounts) {
      bucket.addToResourcePolicy(
        new PolicyStatement({
          principals: [new AccountPrincipal(account)],
          actions: ['s3:GetObject'],
          resources: [bucket.arnForObjects('artifacts/*')],
          conditions: {
            ArnLike: { 'aws:PrincipalArn': `arn:${this.partition}:iam::${account}:role${deployRolePath}*` },
          },
        }),
      );
    }
    return bucket;
  }
}
