import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { rolePermissions } from '#domain/access/permissions.ts';
import { nearest } from '#domain/nearest.ts';

/** The file of local users is not one, or is gone. */
export class LocalUsersFault extends Error {
  override readonly name = 'LocalUsersFault';
}

/** Names that the issuer itself uses. */
export const machineClientId = 'dsctl';
export const signInClientId = 'dsctl-login';

const roles = Object.keys(rolePermissions);
const role = z.string().superRefine((name, context) => {
  if (Object.hasOwn(rolePermissions, name)) return;
  const meant = nearest(name, roles);
  context.addIssue({
    code: 'custom',
    message: `"${name}" is no role${meant === undefined ? '' : `; did you mean "${meant}"?`} There are ${roles.join(', ')}.`,
  });
});
const subjectName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit',
  )
  .refine(
    (name) => name !== machineClientId && name !== signInClientId,
    "is the name of one of the issuer's own clients",
  );
const powers = {
  roles: z.array(role).default([]),
  groups: z.array(z.string().min(1).max(100)).default([]),
};

const localUsers = z
  .strictObject({
    users: z.record(
      subjectName,
      z.strictObject({ name: z.string().min(1).max(100).optional(), email: z.email().optional(), ...powers }),
    ),
    clients: z.record(subjectName, z.strictObject({ secret: z.string().min(16), ...powers })).default({}),
  })
  .superRefine(({ users, clients }, context) => {
    // A subject is how approvals and records tell two apart.
    for (const name of Object.keys(clients).filter((each) => Object.hasOwn(users, each))) {
      context.addIssue({ code: 'custom', path: ['clients', name], message: 'is the name of a user already' });
    }
  });

export type LocalUsers = z.output<typeof localUsers>;
export type LocalUser = LocalUsers['users'][string];

/** Writes users to begin with, unless there is a file. */
export function writeFirstUsers(file: string): void {
  if (existsSync(file)) return;
  writeFileSync(file, `${JSON.stringify(firstUsers(), null, 2)}\n`, { mode: 0o600 });
}

/**
 * The users as the file has them now, so that an edit counts from the next token on.
 *
 * @throws LocalUsersFault with the file and every fault in it
 */
export function readUsers(file: string): LocalUsers {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new LocalUsersFault(
      absent
        ? `The file of local users, ${file}, is gone. Start the service again to get a new one.`
        : `The file of local users, ${file}, is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  const parsed = localUsers.safeParse(content);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => {
    // A bad name says why one level deeper.
    const messages = issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message) : [issue.message];
    return messages.map((message) => `  /${issue.path.join('/')}: ${message}`);
  });
  throw new LocalUsersFault(`The file of local users, ${file}, has faults:\n${faults.join('\n')}`);
}

/** One of each kind. The groups are those of the examples; what they own is up to the registrations. */
function firstUsers(): LocalUsers {
  return {
    users: {
      alice: { name: 'Alice', email: 'alice@example.com', roles: ['developer'], groups: ['my-team', 'orders-team'] },
      bob: { name: 'Bob', email: 'bob@example.com', roles: ['release-engineer'], groups: ['my-team', 'orders-team'] },
      sam: { name: 'Sam', email: 'sam@example.com', roles: ['security'], groups: ['security-team'] },
      vera: { name: 'Vera', email: 'vera@example.com', roles: ['viewer'], groups: [] },
      pat: { name: 'Pat', email: 'pat@example.com', roles: ['platform'], groups: ['platform-team'] },
    },
    clients: {
      ci: { secret: randomBytes(24).toString('base64url'), roles: ['developer'], groups: ['my-team'] },
    },
  };
}
