import type { Configuration } from 'openid-client';
import { orUnreachable } from '#client/or-unreachable.ts';
import { Unreachable } from '#client/unreachable.ts';
import type { CliContext } from '../context.ts';
import { TokenRefused } from '../token-refused.ts';
import { UsageError } from '../usage-error.ts';

export interface IssuerPlace {
  readonly issuer: string;
  readonly clientId: string;
}

/** Loaded when somebody signs in or a token is renewed: every other command starts without it. */
export const openidClient = () => import('openid-client');

/**
 * Finds out where an issuer has its endpoints.
 *
 * @throws UsageError for an address that is none or would send tokens in the clear, Unreachable, TokenRefused when what
 *   answers there is not that issuer
 */
export async function discoverIssuer(
  { fetch }: Pick<CliContext, 'fetch'>,
  { issuer, clientId }: IssuerPlace,
): Promise<Configuration> {
  const url = URL.parse(issuer);
  const isLoopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback))) {
    throw new UsageError(
      `"${issuer}" is not the address of an issuer.`,
      'Give one like https://login.example.com with --issuer.',
    );
  }
  const client = await openidClient();
  return orTokenRefused(issuer, () =>
    client.discovery(url, clientId, undefined, client.None(), {
      [client.customFetch]: (address, { body, signal, ...init }) =>
        orUnreachable(address, signal ?? AbortSignal.timeout(30_000), () =>
          fetch(address, { ...init, ...(signal && { signal }), ...(body !== undefined && { body: body as string }) }),
        ),
      // On this machine only, as checked above.
      ...(isLoopback && { execute: [client.allowInsecureRequests] }),
    }),
  );
}

/** What an issuer says no with, and what goes wrong on the way to it, as dsctl reports errors. */
export async function orTokenRefused<T>(issuer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof Unreachable) throw at;
    const { ResponseBodyError, AuthorizationResponseError, ClientError } = await openidClient();
    if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
      const reason = error.error_description ?? error.error;
      throw new TokenRefused(
        `${issuer} does not sign you in: ${reason.replace(/\.$/, '')}.`,
        'Sign in again with "dsctl login".',
        error,
      );
    }
    if (error instanceof ClientError) {
      throw new TokenRefused(
        `${issuer} does not answer as an OpenID provider of that name does: ${error.message}.`,
        'Give the issuer as it calls itself with --issuer.',
        error,
      );
    }
    throw error;
  }
}
