import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { transaction } from '#local/store.ts';
import { invalidParameter, SecretId } from './secret-names.ts';
import type { SecretStore } from './secret-store.ts';
import type { SecretReader } from './read-secret.ts';
import { alive } from './read-secret.ts';
import { ClientRequestToken, servedBefore, valueIn, valueMembers } from './value-input.ts';
import type { VersionStore } from './version-store.ts';

const Stage = z.string().min(1).max(256);

const putInput = z.strictObject({
  SecretId,
  ClientRequestToken,
  ...valueMembers,
  VersionStages: z.array(Stage).min(1).max(20).default(['AWSCURRENT']),
});
const getInput = z.strictObject({
  SecretId,
  VersionId: z.string().min(32).max(64).optional(),
  VersionStage: Stage.optional(),
});
const listInput = z.strictObject({
  SecretId,
  IncludeDeprecated: z.boolean().default(false),
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
});

export function valueOperations(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly secrets: SecretStore;
  readonly versions: VersionStore;
  readonly reader: SecretReader;
}): Readonly<Record<string, Operation>> {
  const { store, clock, secrets, versions, reader } = options;
  return {
    PutSecretValue(input) {
      const request = parseInput(putInput, input);
      const value = valueIn(request);
      if (!value) throw invalidParameter('You must provide either SecretString or SecretBinary.');
      return transaction(store, () => {
        const secret = alive(secrets.require(request.SecretId));
        const id = request.ClientRequestToken;
        if (!servedBefore(versions, secret.arn, id, value)) {
          versions.add(secret.arn, { id, createdMs: clock.now() }, value, request.VersionStages);
          secrets.change(secret, { changedMs: clock.now() });
        }
        const VersionStages = versions.find(secret.arn, id)?.stages;
        return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages };
      });
    },
    GetSecretValue(input) {
      const { SecretId: reference, VersionId: id, VersionStage: stage } = parseInput(getInput, input);
      const { secret, version, value } = reader.read({ reference, id, stage });
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: version.id,
        VersionStages: version.stages,
        CreatedDate: version.createdMs / 1000,
        ...(value.kind === 'string'
          ? { SecretString: Buffer.from(value.bytes).toString('utf8') }
          : { SecretBinary: Buffer.from(value.bytes).toString('base64') }),
      };
    },
    ListSecretVersionIds(input) {
      const request = parseInput(listInput, input);
      const secret = secrets.require(request.SecretId);
      const shown = versions
        .list(secret.arn)
        .filter(({ stages }) => request.IncludeDeprecated || stages.length > 0)
        .toReversed();
      const from = request.NextToken === undefined ? 0 : shown.findIndex(({ id }) => id === request.NextToken) + 1;
      const page = shown.slice(from, from + request.MaxResults);
      return {
        ARN: secret.arn,
        Name: secret.name,
        Versions: page.map(({ id, stages, createdMs }) => ({
          VersionId: id,
          VersionStages: stages,
          CreatedDate: createdMs / 1000,
        })),
        ...(from + page.length < shown.length && { NextToken: page.at(-1)?.id }),
      };
    },
  };
}
