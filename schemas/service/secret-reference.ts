import * as z from 'zod';

/** Where a secret lies, taken apart. */
export type SecretSource =
  | { readonly store: 'secretsmanager'; readonly name: string; readonly jsonKey?: string }
  | { readonly store: 'ssm'; readonly path: string };

// No `:` in a name or key: that is what CodeBuild and ECS put between them. No `*` or `?`: policies would read them.
const inSecretsManager = /^secretsmanager:([A-Za-z0-9_+=.@/-]+)(?:#([A-Za-z0-9_.-]+))?$/;
const inParameterStore = /^ssm:((?:\/[A-Za-z0-9_.-]+){1,15})$/;

/** Names a secret without telling it: `secretsmanager:<name>`, one member of it with `#<key>`, or `ssm:/<path>`. */
export const secretReference = z
  .string()
  .max(256, 'must be at most 256 characters long')
  .regex(
    new RegExp(`${inSecretsManager.source}|${inParameterStore.source}`),
    'must name a secret: secretsmanager:<name>, secretsmanager:<name>#<json key> or ssm:/<path>',
  );

/** @throws Error for a text that is no reference; `secretReference` has refused it before */
export function secretSource(reference: string): SecretSource {
  const [, name, jsonKey] = inSecretsManager.exec(reference) ?? [];
  if (name !== undefined) return { store: 'secretsmanager', name, ...(jsonKey !== undefined && { jsonKey }) };
  const [, path] = inParameterStore.exec(reference) ?? [];
  if (path === undefined) throw new Error('This is no reference to a secret.');
  return { store: 'ssm', path };
}
