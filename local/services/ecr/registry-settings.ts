import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { REGISTRY_ID } from './registry-store.ts';

export type RegistrySettings = ReturnType<typeof openRegistrySettings>;

const prefix = z
  .string()
  .min(2)
  .max(30)
  .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/, 'must be a lower-case prefix');
const registryId = z.literal(REGISTRY_ID).optional();
const settingName = z.literal('BLOB_MOUNTING', 'the local endpoint has the setting BLOB_MOUNTING only');

/** What holds for the whole registry: rules of pull-through caches, and whether blobs are mounted across repositories. */
export function openRegistrySettings(store: DatabaseSync, clock: HostClock) {
  store.exec(`
    CREATE TABLE IF NOT EXISTS ecr_cache_rules (
      prefix TEXT PRIMARY KEY, upstream TEXT NOT NULL, created_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS ecr_account_settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `);
  const rules = () =>
    store
      .prepare('SELECT * FROM ecr_cache_rules ORDER BY prefix')
      .all()
      .map((row) => ({
        ecrRepositoryPrefix: row['prefix'] as string,
        upstreamRegistryUrl: row['upstream'] as string,
        createdAt: (row['created_ms'] as number) / 1000,
        registryId: REGISTRY_ID,
      }));
  const value = (name: string): string => {
    const row = store.prepare('SELECT value FROM ecr_account_settings WHERE name = ?').get(name);
    // Off until somebody turns it on, as in an account.
    return (row?.['value'] as string | undefined) ?? 'DISABLED';
  };

  const operations: Record<string, Operation> = {
    CreatePullThroughCacheRule(input) {
      const { ecrRepositoryPrefix, upstreamRegistryUrl } = read(
        z.strictObject({
          registryId,
          ecrRepositoryPrefix: prefix,
          upstreamRegistryUrl: z.literal('public.ecr.aws', 'the local endpoint plays public.ecr.aws only'),
          upstreamRegistry: z.literal('ecr-public').optional(),
        }),
        input,
      );
      const rule = { ecrRepositoryPrefix, upstreamRegistryUrl, createdAt: clock.now() / 1000, registryId: REGISTRY_ID };
      const added = store
        .prepare('INSERT INTO ecr_cache_rules (prefix, upstream, created_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
        .run(ecrRepositoryPrefix, upstreamRegistryUrl, clock.now());
      if (added.changes === 0) {
        throw new ServiceFault(
          'PullThroughCacheRuleAlreadyExistsException',
          `A pull through cache rule already exists with the following repository prefix: ${ecrRepositoryPrefix}`,
        );
      }
      return rule;
    },
    DescribePullThroughCacheRules(input) {
      const { ecrRepositoryPrefixes: wanted } = read(
        z.strictObject({ registryId, ecrRepositoryPrefixes: z.array(prefix).min(1).optional() }),
        input,
      );
      const known = rules();
      const absent = wanted?.find((each) => !known.some((rule) => rule.ecrRepositoryPrefix === each));
      if (absent !== undefined) noRule(absent);
      return {
        pullThroughCacheRules: known.filter((rule) => wanted?.includes(rule.ecrRepositoryPrefix) ?? true),
      };
    },
    DeletePullThroughCacheRule(input) {
      const { ecrRepositoryPrefix } = read(z.strictObject({ registryId, ecrRepositoryPrefix: prefix }), input);
      const rule = rules().find((each) => each.ecrRepositoryPrefix === ecrRepositoryPrefix);
      if (!rule) noRule(ecrRepositoryPrefix);
      store.prepare('DELETE FROM ecr_cache_rules WHERE prefix = ?').run(ecrRepositoryPrefix);
      return rule;
    },
    GetAccountSetting(input) {
      const { name } = read(z.strictObject({ name: settingName }), input);
      return { name, value: value(name) };
    },
    PutAccountSetting(input) {
      const setting = read(z.strictObject({ name: settingName, value: z.enum(['ENABLED', 'DISABLED']) }), input);
      store
        .prepare('INSERT OR REPLACE INTO ecr_account_settings (name, value) VALUES (?, ?)')
        .run(setting.name, setting.value);
      return setting;
    },
  };

  return {
    operations,
    /** What a repository's name says of its place upstream; `undefined` where no rule covers it. */
    upstreamOf(repository: string): string | undefined {
      const rule = rules().find(({ ecrRepositoryPrefix }) => repository.startsWith(`${ecrRepositoryPrefix}/`));
      return rule && repository.slice(rule.ecrRepositoryPrefix.length + 1);
    },
    mountsBlobs: (): boolean => value('BLOB_MOUNTING') === 'ENABLED',
  };
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  return parseInput(schema, input, 'InvalidParameterException');
}

function noRule(prefixAsked: string): never {
  throw new ServiceFault(
    'PullThroughCacheRuleNotFoundException',
    `The pull through cache rule with the following repository prefix does not exist: ${prefixAsked}`,
  );
}
