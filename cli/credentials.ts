import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import type { CliContext } from './context.ts';
import { UsageError } from './usage-error.ts';

const content = z.object({
  issuer: z.string(),
  /** Where the service is that takes these tokens. */
  apiUrl: z.url({ protocol: /^https?$/ }).optional(),
  tokenUrl: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
});

export interface Credentials extends z.infer<typeof content> {
  /** Where they were found. */
  readonly file: string;
}

type Place = Pick<CliContext, 'env' | 'cwd' | 'checkout'>;

const fileName = join('.local', 'credentials.json');
const wayOut =
  'Sign in with "dsctl login", or set DEPLOYMENT_SERVICE_TOKEN, or DEPLOYMENT_SERVICE_CREDENTIALS to the file that "npm start" writes.';

/**
 * The credentials file that `DEPLOYMENT_SERVICE_CREDENTIALS` names, else the nearest `.local/credentials.json` upwards,
 * or that of the checkout which dsctl belongs to;
 * `undefined` when there is none.
 *
 * @throws UsageError when the named file is not there, or a file is not what it should be
 */
export async function findCredentials({ env, cwd, checkout }: Place): Promise<Credentials | undefined> {
  const named = env['DEPLOYMENT_SERVICE_CREDENTIALS'] || undefined;
  const places = named === undefined ? [...upwards(cwd), ...inCheckout(checkout)] : [resolve(cwd, named)];
  for (const file of places) {
    const text = await readIfThere(file);
    if (text !== undefined) return { ...parse(file, text), file };
  }
  if (named === undefined) return undefined;
  throw new UsageError(`There is no file ${places.join('')}, which DEPLOYMENT_SERVICE_CREDENTIALS names.`, wayOut);
}

/** @throws UsageError also when there is none */
export async function readCredentials(place: Place): Promise<Credentials> {
  const found = await findCredentials(place);
  if (found) return found;
  throw new UsageError(
    `There are no credentials: neither DEPLOYMENT_SERVICE_TOKEN nor a ${fileName} in ${place.cwd} or above.`,
    wayOut,
  );
}

function inCheckout(checkout: string | undefined): readonly string[] {
  return checkout === undefined ? [] : [join(checkout, fileName)];
}

function upwards(directory: string): readonly string[] {
  const above = dirname(directory);
  return [join(directory, fileName), ...(above === directory ? [] : upwards(above))];
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw new UsageError(`The credentials file ${file} cannot be read.`, undefined, error);
  }
}

function parse(file: string, text: string): z.infer<typeof content> {
  try {
    return content.parse(JSON.parse(text));
  } catch (error) {
    // Never the text itself: it holds a secret.
    throw new UsageError(
      `${file} is not a credentials file.`,
      'It needs issuer, tokenUrl, clientId and clientSecret.',
      error,
    );
  }
}
