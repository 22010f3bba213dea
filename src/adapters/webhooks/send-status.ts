import { Refusal } from '#domain/refusal.ts';

export interface StatusRequest {
  /** Below the base address of the API. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Whether a refusal means that the status is there already. */
  readonly isThere?: (status: number, answer: string) => boolean;
}

const timeoutMs = 10_000;

/**
 * Posts a status.
 *
 * @throws Refusal `unavailable` when the API cannot be reached, is at fault, or asks for patience
 */
export async function sendStatus(api: string, request: StatusRequest): Promise<'shown' | 'refused'> {
  const url = new URL(`${api.replace(/\/+$/, '')}${request.path}`);
  let response: Response;
  let answer: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'deployment-service', ...request.headers },
      body: JSON.stringify(request.body),
      signal: AbortSignal.timeout(timeoutMs),
      // Another host would get the token.
      redirect: 'error',
    });
    answer = await response.text();
  } catch (error) {
    throw unavailable(`${url.host} cannot be reached.`, error);
  }
  if (response.ok || request.isThere?.(response.status, answer)) return 'shown';
  if (response.status >= 500 || response.status === 429 || isRateLimit(response)) {
    throw unavailable(`${url.host} is busy: it answered ${response.status}.`);
  }
  return 'refused';
}

/** GitHub answers 403 as well when there were too many requests. */
function isRateLimit({ status, headers }: Response): boolean {
  return status === 403 && (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0');
}

function unavailable(message: string, cause?: unknown): Refusal {
  return new Refusal('unavailable', message, { cause, transient: true });
}
