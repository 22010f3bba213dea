import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { CliContext } from '../context.ts';
import { UsageError } from '../usage-error.ts';
import { withFileLock } from './with-file-lock.ts';

const login = z.object({
  issuer: z.string(),
  clientId: z.string(),
  accessToken: z.string().min(1),
  /** Absent when the issuer gave none; the login then ends with the access token. */
  refreshToken: z.string().min(1).optional(),
  /** Milliseconds since the epoch. */
  expiresAtMs: z.number(),
});

/** What a sign-in left. */
export type Login = z.output<typeof login>;

const content = z.object({ logins: z.record(z.string(), login) });

type Place = Pick<CliContext, 'env'>;

/** `undefined` where there is no home to keep anything in. A relative `XDG_CONFIG_HOME` does not count, as its specification says. */
export function loginFile({ env }: Place): string | undefined {
  const named = env['XDG_CONFIG_HOME'];
  const home = env['HOME'] || undefined;
  const base = named?.startsWith('/') ? named : home && join(home, '.config');
  return base && join(base, 'dsctl', 'logins.json');
}

/** The same service under the same name, however its address was written. */
export function loginKey(api: string): string {
  const { origin, pathname } = new URL(api);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

/**
 * The login at a service. A token goes to the address it was got for, and to no other.
 *
 * @throws UsageError when the file is not one
 */
export async function findLogin(place: Place, api: string): Promise<Login | undefined> {
  const file = loginFile(place);
  return file === undefined ? undefined : (await readLogins(file))[loginKey(api)];
}

/**
 * Changes the login at a service while no other dsctl does. The file is replaced as a whole, so that a reader finds the old
 * one or the new one; both are for the user's eyes only.
 *
 * @param change gets the login as it is now; what it answers is kept instead, and `undefined` removes it
 * @throws UsageError when there is no place for the file, or it is not one
 */
export async function changeLogin(
  context: Pick<CliContext, 'env' | 'pause'>,
  api: string,
  change: (present: Login | undefined) => Promise<Login | undefined>,
): Promise<Login | undefined> {
  const file = loginFile(context);
  if (file === undefined) {
    throw new UsageError('There is no place to keep a login: neither XDG_CONFIG_HOME nor HOME is set.');
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  return withFileLock(`${file}.lock`, context.pause, async () => {
    const logins = await readLogins(file);
    const before = logins[loginKey(api)];
    const after = await change(before);
    if (after === before) return after;
    const { [loginKey(api)]: _replaced, ...others } = logins;
    await replace(file, { logins: after ? { ...others, [loginKey(api)]: after } : others });
    return after;
  });
}

async function readLogins(file: string): Promise<Readonly<Record<string, Login>>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return {};
    throw new UsageError(`The file of logins, ${file}, cannot be read.`, undefined, error);
  }
  try {
    return content.parse(JSON.parse(text)).logins;
  } catch (error) {
    // Never the text itself: it holds tokens.
    throw new UsageError(`${file} is not a file of logins.`, 'Remove it, and sign in again with "dsctl login".', error);
  }
}

async function replace(file: string, logins: z.input<typeof content>): Promise<void> {
  const fresh = `${file}.${process.pid}`;
  try {
    await writeFile(fresh, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600, flush: true });
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw new UsageError(`The file of logins, ${file}, cannot be written.`, undefined, error);
  }
}
