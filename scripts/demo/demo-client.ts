import { createClient, type Client } from '#client/client.ts';
import type { CliContext } from '../../cli/context.ts';
import { tokenSource } from '../../cli/token.ts';
import type { LocalHost } from '../../local/host.ts';

/** A client with the credentials that the host wrote down, as dsctl would have it. */
export function openDemoClient(host: LocalHost, context: CliContext): Client {
  const env = { DEPLOYMENT_SERVICE_CREDENTIALS: host.credentialsFile };
  return createClient({ baseUrl: host.apiUrl, token: tokenSource({ ...context, env }) });
}
