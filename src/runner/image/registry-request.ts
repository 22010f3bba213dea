import { RegistryError } from './registry-error.ts';

export interface RegistryAccess {
  /** Such as `https://123456789012.dkr.ecr.eu-west-1.amazonaws.com`. */
  readonly endpoint: string;
  /** `<user>:<password>` in base64. */
  readonly basic: string;
}

/** Sends one request; `path` is one of the registry's or the whole address of an upload. */
export type SendRequest = (path: string, init?: RequestInit) => Promise<Response>;

/** Longest time for one request, the bytes of its body included. */
const TIMEOUT_MS = 300_000;
const DELAYS_MS = [500, 1_000, 2_000, 4_000];

/**
 * Requests that log in as the registry asks, by Basic or by a Bearer token, and are made again when it is overloaded or
 * out of reach.
 */
export function registryRequests(
  { endpoint, basic }: RegistryAccess,
  sleep: (milliseconds: number) => Promise<void>,
): SendRequest {
  const { origin } = new URL(endpoint);
  let authorization = `Basic ${basic}`;

  const send: SendRequest = async (path, init = {}) => {
    const url = new URL(path, endpoint);
    const request = (): Promise<Response> =>
      fetch(url, {
        ...init,
        // An upload may lie on another host, which must not learn the password.
        headers: { ...headersOf(init), ...(url.origin === origin && { authorization }) },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    const answer = await request();
    const challenge = answer.headers.get('www-authenticate') ?? '';
    if (answer.status !== 401 || !/^bearer /i.test(challenge)) return answer;
    await answer.body?.cancel();
    authorization = `Bearer ${await tokenFor(challenge)}`;
    return request();
  };

  const tokenFor = async (challenge: string): Promise<string> => {
    const part = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
    const realm = new URL(part('realm') ?? '', endpoint);
    if (realm.protocol !== 'https:' && realm.origin !== origin) {
      throw new RegistryError(`the registry sends its logins to ${realm.origin}, which is not encrypted`);
    }
    for (const name of ['service', 'scope']) {
      const value = part(name);
      if (value !== undefined) realm.searchParams.set(name, value);
    }
    const answer = await fetch(realm, {
      headers: { authorization: `Basic ${basic}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = (await answer.json().catch(() => ({}))) as { token?: unknown; access_token?: unknown };
    const token = body.token ?? body.access_token;
    if (!answer.ok || typeof token !== 'string') {
      throw new RegistryError(`the registry's login at ${realm.origin} gave no token: HTTP ${answer.status}`);
    }
    return token;
  };

  return async (path, init) => {
    for (let attempt = 0; ; attempt++) {
      const delay = DELAYS_MS[attempt];
      const answer = await send(path, init).catch((error: unknown) => {
        if (error instanceof RegistryError) throw error;
        if (delay === undefined) throw unreachable(origin, error);
        return undefined;
      });
      if (answer && (delay === undefined || (answer.status !== 429 && answer.status < 500))) return answer;
      await answer?.body?.cancel();
      // Builds that were turned away together must not come back together.
      await sleep((delay ?? 0) * (0.5 + Math.random()));
    }
  };
}

function headersOf({ headers }: RequestInit): Record<string, string> {
  return Object.fromEntries(new Headers(headers));
}

/** `fetch failed` says nothing; its cause does. */
function unreachable(origin: string, error: unknown): RegistryError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RegistryError(`the registry ${origin} cannot be reached: ${reason}`, { cause: error });
}
