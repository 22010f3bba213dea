import { createClient, type Client } from '#client/client.ts';
import type { CliContext } from './context.ts';
import { findCredentials } from './credentials.ts';
import type { ExitCode } from './exit-code.ts';
import { tokenSource } from './token.ts';
import { UsageError } from './usage-error.ts';

/** Options that every command has. */
export interface SharedOptions {
  readonly api?: string;
  readonly json?: true;
}

/** One run of a command. */
export interface Session extends CliContext {
  readonly client: Client;
  readonly json: boolean;
}

/** Runs a command's work and keeps its exit code. */
export type RunCommand = (options: SharedOptions, work: (session: Session) => Promise<ExitCode>) => Promise<void>;

const defaultApi = 'http://127.0.0.1:3000';

/**
 * The address comes from `--api`, else `DEPLOYMENT_SERVICE_URL`, else the credentials file, else it is the default one.
 *
 * @throws UsageError when the address of the service is none
 */
export async function openSession(context: CliContext, { api, json }: SharedOptions): Promise<Session> {
  const named = api ?? (context.env['DEPLOYMENT_SERVICE_URL'] || undefined);
  const baseUrl = named ?? (await findCredentials(context))?.apiUrl ?? defaultApi;
  if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? '')) {
    throw new UsageError(`"${baseUrl}" is not an address of the service.`, `Give one like ${defaultApi}.`);
  }
  const { fetch, pause } = context;
  const client = createClient({ baseUrl, token: tokenSource(context, baseUrl), fetch, pause });
  return { ...context, client, json: json ?? false };
}
