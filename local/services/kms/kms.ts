import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import { jsonService } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault, type WireService } from '#local/gateway/wire.ts';
import { cryptoOperations } from './crypto-operations.ts';
import { openKeyStore, SPECS, type Key } from './keys.ts';

interface KmsOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
}

const KeyId = z.string().min(1).max(2048);
const AliasName = z.string().regex(/^alias\/[A-Za-z0-9/_-]{1,250}$/, 'must be alias/ and a name');
// Everything fits on one page here, so that a marker can only have come from somewhere else.
const Limit = z.int().min(1).max(1000).optional();

/** KMS on the wire: signing keys and MAC keys that stay in the host's store. */
export function createKms({ store, clock }: KmsOptions): WireService {
  const keys = openKeyStore(store);

  return jsonService({
    name: 'kms',
    targetPrefix: 'TrentService',
    version: '1.1',
    operations: {
      CreateKey(input) {
        const { KeySpec, KeyUsage, Description } = parseInput(
          z.strictObject({
            KeySpec: z.enum(['ECC_NIST_P256', 'HMAC_256'], 'the local endpoint makes ECC_NIST_P256 and HMAC_256 only'),
            KeyUsage: z.string(),
            Description: z.string().max(8192).default(''),
            Origin: z.literal('AWS_KMS').optional(),
            MultiRegion: z.literal(false).optional(),
          }),
          input,
        );
        if (KeyUsage !== SPECS[KeySpec].usage) {
          throw new ServiceFault(
            'ValidationException',
            `KeyUsage ${KeyUsage} is not compatible with KeySpec ${KeySpec}.`,
          );
        }
        return { KeyMetadata: metadata(keys.create(KeySpec, Description, clock.now())) };
      },
      DescribeKey: (input) => ({
        KeyMetadata: metadata(keys.find(parseInput(z.strictObject({ KeyId }), input).KeyId)),
      }),
      ListKeys(input) {
        parseInput(z.strictObject({ Limit }), input);
        return { Keys: keys.list().map((key) => ({ KeyId: key.id, KeyArn: key.arn })), Truncated: false };
      },
      EnableKey(input) {
        keys.setEnabled(keys.find(parseInput(z.strictObject({ KeyId }), input).KeyId).id, true);
      },
      DisableKey(input) {
        keys.setEnabled(keys.find(parseInput(z.strictObject({ KeyId }), input).KeyId).id, false);
      },
      CreateAlias(input) {
        const alias = parseInput(z.strictObject({ AliasName, TargetKeyId: KeyId }), input);
        keys.addAlias(alias.AliasName, keys.find(alias.TargetKeyId).id, clock.now());
      },
      DeleteAlias(input) {
        keys.removeAlias(parseInput(z.strictObject({ AliasName }), input).AliasName);
      },
      ListAliases(input) {
        const of = parseInput(z.strictObject({ KeyId: KeyId.optional(), Limit }), input).KeyId;
        const id = of === undefined ? undefined : keys.find(of).id;
        const Aliases = keys
          .aliases()
          .filter((alias) => id === undefined || alias.keyId === id)
          .map((alias) => ({
            AliasName: alias.name,
            AliasArn: alias.arn,
            TargetKeyId: alias.keyId,
            CreationDate: alias.createdMs / 1000,
            LastUpdatedDate: alias.createdMs / 1000,
          }));
        return { Aliases, Truncated: false };
      },
      ...cryptoOperations(keys),
    },
  });
}

function metadata(key: Key) {
  const { usage, algorithm } = SPECS[key.spec];
  return {
    AWSAccountId: '000000000000',
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: key.createdMs / 1000,
    Enabled: key.enabled,
    Description: key.description,
    KeyUsage: usage,
    KeyState: key.enabled ? 'Enabled' : 'Disabled',
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    ...(usage === 'SIGN_VERIFY' ? { SigningAlgorithms: [algorithm] } : { MacAlgorithms: [algorithm] }),
    MultiRegion: false,
  };
}
