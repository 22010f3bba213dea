import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';
import { describeSecret } from './describe-secret.ts';
import { alive } from './read-secret.ts';
import { invalidParameter, invalidRequest, SecretId, SecretName } from './secret-names.ts';
import type { Secret, SecretStore } from './secret-store.ts';
import { ClientRequestToken, servedBefore, valueIn, valueMembers } from './value-input.ts';
import type { SecretValue, VersionStore } from './version-store.ts';

const DAY_MS = 86_400_000;
const DEFAULT_WINDOW_DAYS = 30;

const Description = z.string().max(2048).optional();
const KmsKeyId = z.string().max(2048).optional();
export const Tags = z
  .array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256).default('') }))
  .max(50);

const createInput = z.strictObject({
  Name: SecretName,
  ClientRequestToken,
  Description,
  KmsKeyId,
  ...valueMembers,
  Tags: Tags.default([]),
  ForceOverwriteReplicaSecret: z.literal(false).optional(),
});
const updateInput = z.strictObject({ SecretId, ClientRequestToken, Description, KmsKeyId, ...valueMembers });
const deleteInput = z.strictObject({
  SecretId,
  RecoveryWindowInDays: z.int().min(7).max(30).optional(),
  ForceDeleteWithoutRecovery: z.boolean().default(false),
});
const idInput = z.strictObject({ SecretId });

export function secretOperations(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly secrets: SecretStore;
  readonly versions: VersionStore;
}): Readonly<Record<string, Operation>> {
  const { store, clock, secrets, versions } = options;
  const addCurrent = (secret: Secret, id: string, value: SecretValue): void => {
    if (servedBefore(versions, secret.arn, id, value)) return;
    versions.add(secret.arn, { id, createdMs: clock.now() }, value, ['AWSCURRENT']);
  };

  return {
    CreateSecret(input) {
      const { Name: name, ClientRequestToken: token, ...request } = parseInput(createInput, input);
      const value = valueIn(request);
      return transaction(store, () => {
        const known = secrets.find(name);
        if (known?.deletionMs !== undefined) {
          throw invalidRequest(
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
          );
        }
        if (known && !(value && versions.find(known.arn, token))) {
          throw new ServiceFault(
            'ResourceExistsException',
            `The operation failed because the secret ${name} already exists.`,
          );
        }
        const content = { name, description: request.Description, kmsKeyId: request.KmsKeyId, tags: request.Tags };
        const secret = known ?? secrets.create(content, clock.now());
        if (value) addCurrent(secret, token, value);
        return { ARN: secret.arn, Name: name, ...(value && { VersionId: token }) };
      });
    },
    DescribeSecret: (input) => {
      const secret = secrets.require(parseInput(idInput, input).SecretId);
      return describeSecret(secret, versions.list(secret.arn));
    },
    UpdateSecret(input) {
      const request = parseInput(updateInput, input);
      const value = valueIn(request);
      return transaction(store, () => {
        const secret = alive(secrets.require(request.SecretId));
        if (value) addCurrent(secret, request.ClientRequestToken, value);
        secrets.change(secret, {
          changedMs: clock.now(),
          ...(request.Description !== undefined && { description: request.Description }),
          ...(request.KmsKeyId !== undefined && { kmsKeyId: request.KmsKeyId }),
        });
        return { ARN: secret.arn, Name: secret.name, ...(value && { VersionId: request.ClientRequestToken }) };
      });
    },
    DeleteSecret(input) {
      const request = parseInput(deleteInput, input);
      const force = request.ForceDeleteWithoutRecovery;
      if (force && request.RecoveryWindowInDays !== undefined) {
        throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
      }
      const now = clock.now();
      const secret = secrets.find(request.SecretId);
      // As AWS: what is to be gone at once may be gone already.
      if (!secret && force) return { Name: request.SecretId, DeletionDate: now / 1000 };
      const { arn, name } = force ? secrets.require(request.SecretId) : alive(secrets.require(request.SecretId));
      if (force) {
        secrets.remove(arn);
        return { ARN: arn, Name: name, DeletionDate: now / 1000 };
      }
      const deletionMs = now + (request.RecoveryWindowInDays ?? DEFAULT_WINDOW_DAYS) * DAY_MS;
      secrets.change(secrets.require(arn), { deletionMs, deletedMs: now, changedMs: now });
      return { ARN: arn, Name: name, DeletionDate: deletionMs / 1000 };
    },
    RestoreSecret(input) {
      const secret = secrets.require(parseInput(idInput, input).SecretId);
      secrets.change(secret, { deletionMs: undefined, deletedMs: undefined, changedMs: clock.now() });
      return { ARN: secret.arn, Name: secret.name };
    },
    TagResource(input) {
      const request = parseInput(z.strictObject({ SecretId, Tags: Tags.min(1) }), input);
      const secret = alive(secrets.require(request.SecretId));
      const tags = new Map([...secret.tags, ...request.Tags].map((tag) => [tag.Key, tag]));
      if (tags.size > 50) throw invalidParameter('A secret has at most 50 tags.');
      secrets.change(secret, { tags: [...tags.values()], changedMs: clock.now() });
    },
    UntagResource(input) {
      const request = parseInput(z.strictObject({ SecretId, TagKeys: z.array(z.string()).min(1).max(50) }), input);
      const secret = alive(secrets.require(request.SecretId));
      const tags = secret.tags.filter(({ Key }) => !request.TagKeys.includes(Key));
      secrets.change(secret, { tags, changedMs: clock.now() });
    },
  };
}
