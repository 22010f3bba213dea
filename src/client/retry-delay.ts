import { ApiProblem } from './api-problem.ts';
import { Unreachable } from './unreachable.ts';
import { UnexpectedAnswer } from './unexpected-answer.ts';

const mostAttempts = 4;
const firstDelayMs = 200;
const longestDelayMs = 10_000;
/** Who is told to wait longer is better told so. */
const longestRetryAfterMs = 30_000;

/** How long to wait before a reading request is sent again, in milliseconds; `undefined` when it is not worth it. */
export function retryDelayMs(error: unknown, attempt: number, random: () => number = Math.random): number | undefined {
  if (attempt >= mostAttempts || !mayPass(error)) return undefined;
  const asked = error instanceof ApiProblem ? error.retryAfterMs : undefined;
  if (asked !== undefined && asked > longestRetryAfterMs) return undefined;
  return asked ?? backoffMs(attempt, random);
}

/** Doubles from attempt to attempt; half of it is chance, so that many clients do not come back at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(firstDelayMs * 2 ** (attempt - 1), longestDelayMs);
  return Math.round(full / 2 + (full / 2) * random());
}

/** Whether another attempt may fare better. */
export function mayPass(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  if (error instanceof ApiProblem) return error.status === 429 || error.status === 503;
  return error instanceof UnexpectedAnswer && [429, 502, 503, 504].includes(error.status);
}

/** The `Retry-After` header in milliseconds: seconds, or an HTTP date. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
