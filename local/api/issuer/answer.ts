/** A request to the issuer, as far as it looks at one. */
export interface IssuerRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The body of a form; empty for any other. */
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
}

export interface IssuerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonAnswer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): IssuerAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache', ...headers },
    body: JSON.stringify(body),
  };
}

export function redirectAnswer(location: string): IssuerAnswer {
  return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: '' };
}

/** Codes of RFC 6749 and OpenID Connect Core. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'access_denied'
  | 'login_required'
  | 'server_error';

/** Something the issuer refuses, by the code of the specification. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;

  constructor(code: OAuthErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** One value of each parameter; RFC 6749 allows none twice, and an empty one counts as absent. */
export function parametersOf(given: URLSearchParams): ReadonlyMap<string, string> {
  const names = [...given.keys()];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new OAuthError('invalid_request', `The parameter ${twice} is there twice.`);
  return new Map([...given].filter(([, value]) => value !== ''));
}
