import { createClient, type Client } from '#client/client.ts';
import type { CliContext } from '../../cli/context.ts';
import { signIn } from '../../cli/login/sign-in.ts';
import type { LocalHost } from '../../local/host.ts';

/** A client of somebody who signed in with the host's issuer, as `dsctl login --as` does. */
export async function signInAs(person: string, host: LocalHost, context: CliContext): Promise<Client> {
  const wish = { issuer: host.apiUrl, clientId: 'dsctl-login', scope: 'openid profile email', as: person };
  const { accessToken } = await signIn(context, wish, () => Promise.reject(new Error('Nobody is asked here.')));
  return createClient({ baseUrl: host.apiUrl, token: () => Promise.resolve(accessToken) });
}
