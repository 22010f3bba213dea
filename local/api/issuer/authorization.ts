import { randomBytes } from 'node:crypto';
import { OAuthError, parametersOf, redirectAnswer, type IssuerAnswer } from './answer.ts';
import { signInClientId, type LocalUsers } from './local-users.ts';
import { refusalPage, signInPage } from './sign-in-page.ts';

const codeLifetimeMs = 60_000;

/** What a code stands for. */
export interface GrantedCode {
  readonly subject: string;
  readonly scope: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string | undefined;
  readonly expiresAtMs: number;
}

interface AuthorizationOptions {
  readonly users: () => LocalUsers;
  readonly usersFile: string;
  readonly address: () => string;
  readonly nowMs: () => number;
}

/**
 * The authorization endpoint: code flow with PKCE for the one public client, back to an address of this machine only. Who is
 * named by `login_hint` is signed in at once, for the machine is the user's own; else a page asks.
 */
export function createAuthorization({ users, usersFile, address, nowMs }: AuthorizationOptions) {
  const codes = new Map<string, GrantedCode>();

  const grant = (request: Request, subject: string): string => {
    for (const [code, { expiresAtMs }] of codes) if (expiresAtMs <= nowMs()) codes.delete(code);
    const code = randomBytes(32).toString('base64url');
    const { redirectUri, scope, challenge, nonce } = request;
    codes.set(code, { subject, scope, redirectUri, challenge, nonce, expiresAtMs: nowMs() + codeLifetimeMs });
    return code;
  };

  return {
    /** What a code stands for, once. */
    redeem(code: string): GrantedCode | undefined {
      const granted = codes.get(code);
      codes.delete(code);
      return granted && granted.expiresAtMs > nowMs() ? granted : undefined;
    },
    answer(query: URLSearchParams): IssuerAnswer {
      let back: URL;
      try {
        back = redirectOf(query);
      } catch (error) {
        // To send anybody anywhere now could be to hand over a code.
        if (error instanceof OAuthError) return refusalPage(400, error.message);
        throw error;
      }
      const state = query.get('state');
      const reply = (parameters: Readonly<Record<string, string>>): IssuerAnswer => {
        const all = { ...parameters, ...(state !== null && { state }), iss: address() };
        for (const [name, value] of Object.entries(all)) back.searchParams.set(name, value);
        return redirectAnswer(back.href);
      };
      try {
        const request = readRequest(query, back.href);
        const { users: known } = users();
        if (request.hint === undefined) {
          if (request.prompt === 'none') throw new OAuthError('login_required', 'Nobody is named by login_hint.');
          return signInPage(known, query, usersFile);
        }
        if (!Object.hasOwn(known, request.hint)) {
          const names = Object.keys(known).join(', ');
          throw new OAuthError('access_denied', `There is no user "${request.hint}" in ${usersFile}. It has ${names}.`);
        }
        return request.prompt === 'login' || request.prompt === 'select_account'
          ? signInPage(known, query, usersFile)
          : reply({ code: grant(request, request.hint) });
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        return reply({ error: error.code, error_description: printableAscii(error.message) });
      }
    },
  };
}

export type Authorization = ReturnType<typeof createAuthorization>;

interface Request {
  readonly redirectUri: string;
  readonly scope: string;
  readonly challenge: string;
  readonly nonce: string | undefined;
  readonly hint: string | undefined;
  readonly prompt: string | undefined;
}

/** RFC 8252, section 7.3: any port of the loopback interface, by its address, so that no name can be made to lead elsewhere. */
function redirectOf(query: URLSearchParams): URL {
  const given = parametersOf(
    new URLSearchParams([...query].filter(([name]) => /^(client_id|redirect_uri)$/.test(name))),
  );
  if (given.get('client_id') !== signInClientId) {
    throw new OAuthError(
      'invalid_client',
      `The client_id must be ${signInClientId}, the only client that people sign in with here.`,
    );
  }
  const text = given.get('redirect_uri') ?? '';
  const url = URL.parse(text);
  const isLoopback = url?.protocol === 'http:' && ['127.0.0.1', '[::1]'].includes(url.hostname);
  if (!url || !isLoopback || url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new OAuthError(
      'invalid_request',
      'The redirect_uri must be http://127.0.0.1:<port>/… or http://[::1]:<port>/….',
    );
  }
  return url;
}

function readRequest(query: URLSearchParams, redirectUri: string): Request {
  const given = parametersOf(query);
  if (given.get('response_type') !== 'code') {
    throw new OAuthError('unsupported_response_type', 'The response_type must be code.');
  }
  if (given.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(given.get('code_challenge') ?? '')) {
    throw new OAuthError('invalid_request', 'PKCE is needed: a code_challenge with the code_challenge_method S256.');
  }
  return {
    redirectUri,
    scope: given.get('scope') ?? '',
    challenge: given.get('code_challenge') ?? '',
    nonce: given.get('nonce'),
    hint: given.get('login_hint'),
    prompt: given.get('prompt'),
  };
}

/** All that RFC 6749 lets an error_description hold. */
function printableAscii(text: string): string {
  return text.replaceAll('"', "'").replaceAll(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, '?');
}
