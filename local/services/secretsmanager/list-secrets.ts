import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { listedSecret } from './describe-secret.ts';
import type { Secret, SecretStore } from './secret-store.ts';
import type { VersionStore } from './version-store.ts';

const Filter = z.strictObject({
  Key: z.enum(
    ['name', 'description', 'tag-key', 'tag-value', 'all'],
    'the local endpoint filters by name, description, tag-key, tag-value and all',
  ),
  Values: z.array(z.string().regex(/^!?./s)).min(1).max(10),
});

const listInput = z.strictObject({
  Filters: z.array(Filter).max(10).default([]),
  IncludePlannedDeletion: z.boolean().default(false),
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
  SortOrder: z.enum(['asc', 'desc']).default('desc'),
});

/** Newest first unless asked otherwise; the token is the ARN of the last one shown. */
export function listSecrets(secrets: SecretStore, versions: VersionStore): Operation {
  return (input) => {
    const request = parseInput(listInput, input);
    const oldestFirst = secrets
      .list()
      .filter((secret) => request.IncludePlannedDeletion || secret.deletionMs === undefined)
      .filter((secret) => request.Filters.every((filter) => passes(secret, filter)))
      .toSorted((one, two) => one.createdMs - two.createdMs);
    const found = request.SortOrder === 'asc' ? oldestFirst : oldestFirst.toReversed();
    const from = request.NextToken === undefined ? 0 : found.findIndex(({ arn }) => arn === request.NextToken) + 1;
    const page = found.slice(from, from + request.MaxResults);
    return {
      SecretList: page.map((secret) => listedSecret(secret, versions.list(secret.arn))),
      ...(from + page.length < found.length && { NextToken: page.at(-1)?.arn }),
    };
  };
}

/** One of the values fits, and none that begins with `!` does. */
function passes(secret: Secret, { Key, Values }: z.output<typeof Filter>): boolean {
  const texts = textsOf(secret)[Key];
  const has = (value: string): boolean => texts.some((text) => text.startsWith(value));
  const wanted = Values.filter((value) => !value.startsWith('!'));
  const unwanted = Values.filter((value) => value.startsWith('!')).map((value) => value.slice(1));
  return (wanted.length === 0 || wanted.some(has)) && !unwanted.some(has);
}

function textsOf({ name, description = '', tags }: Secret) {
  const keys = tags.map(({ Key }) => Key);
  const values = tags.map(({ Value }) => Value);
  return {
    name: [name],
    description: [description],
    'tag-key': keys,
    'tag-value': values,
    all: [name, description, ...keys, ...values],
  };
}
