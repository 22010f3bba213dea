import { RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Alias, Key, type KeySpec, type KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

interface RetainedKeyProps {
  readonly alias: string;
  readonly description: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  /** The cryptographic operations that the account's policies may hand out. */
  readonly uses: readonly string[];
  /** The only principals that may use it, whatever the account's policies hand out; without it all may who are allowed to. */
  readonly onlyFor?: readonly string[];
  /** New material every year; of symmetric keys only. */
  readonly rotates?: true;
}

/** What an administrator may do to a key: everything but using it, granting it on, or importing other material. */
const administration = [
  'kms:DescribeKey',
  'kms:GetKeyPolicy',
  'kms:PutKeyPolicy',
  'kms:ListKeyPolicies',
  // CloudFormation asks of every key, although not every kind rotates.
  'kms:GetKeyRotationStatus',
  'kms:EnableKeyRotation',
  'kms:DisableKeyRotation',
  'kms:ListGrants',
  'kms:RevokeGrant',
  'kms:ListResourceTags',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateKeyDescription',
  'kms:CreateAlias',
  'kms:UpdateAlias',
  'kms:DeleteAlias',
  'kms:EnableKey',
  'kms:DisableKey',
  'kms:ScheduleKeyDeletion',
  'kms:CancelKeyDeletion',
];

/**
 * A key that outlives its stack: what it signed must stay verifiable, and what it encrypted readable. Its policy lists what the
 * account may delegate, where AWS's default would allow `kms:*`.
 */
export class RetainedKey extends Construct {
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    { alias, description, spec, usage, uses, onlyFor, rotates }: RetainedKeyProps,
  ) {
    super(scope, id);
    const statement = (sid: string, actions: readonly string[], only?: readonly string[]) =>
      new PolicyStatement({
        sid,
        principals: [new AccountRootPrincipal()],
        actions: [...actions],
        resources: ['*'],
        ...(only && { conditions: { ArnEquals: { 'aws:PrincipalArn': [...only] } } }),
      });
    const key = new Key(this, 'Key', {
      description,
      keySpec: spec,
      keyUsage: usage,
      ...(rotates && { enableKeyRotation: true }),
      removalPolicy: RemovalPolicy.RETAIN,
      // Within a key's policy "*" is the key itself.
      policy: new PolicyDocument({
        statements: [statement('Administer', administration), statement('Use', uses, onlyFor)],
      }),
    });
    new Alias(this, 'Alias', { aliasName: alias, targetKey: key });
    this.arn = key.keyArn;
  }
}
