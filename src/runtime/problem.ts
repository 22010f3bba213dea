import { ZodError, type core } from 'zod';
import type { Problem } from '#schemas/api/problem.ts';
import { problemOf, Refusal, type Fault } from '#domain/refusal.ts';
import { isTransient } from '#ports/transient.ts';

/** What a client is told of an error. A bug is a bare 500: its text could hold anything, and stays in the log. */
export function problemFor(error: unknown, requestId: string): Problem {
  const refusal = asRefusal(error);
  const code = refusal?.code ?? 'internal_error';
  const { status, title } = problemOf[code];
  return {
    type: `urn:deployment-service:problem:${code}`,
    title,
    status,
    code,
    detail: refusal?.message ?? 'The service failed. Tell its owners the request id.',
    requestId,
    ...(refusal && refusal.faults.length > 0 && { faults: refusal.faults.map((fault) => ({ ...fault })) }),
  };
}

/** Seconds after which the same request may succeed, where that is likely at all. */
export function retryAfterSecondsOf(error: unknown): number | undefined {
  const refusal = asRefusal(error);
  return refusal?.retryAfterSeconds ?? (refusal?.transient ? 1 : undefined);
}

function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (isTransient(error)) {
    return new Refusal('unavailable', 'The service is busy; try again in a moment.', { cause: error, transient: true });
  }
  return undefined;
}

/** Zod's issues as faults; `base` is the pointer of what was parsed. */
export function faultsOf(error: ZodError | { issues: readonly core.$ZodIssue[] }, base = ''): Fault[] {
  return error.issues.flatMap((issue): Fault[] => {
    const pointer = `${base}${issue.path.map((part) => `/${escaped(String(part))}`).join('')}`;
    if (issue.code !== 'unrecognized_keys') return [{ pointer, message: issue.message }];
    return issue.keys.map((key) => ({ pointer: `${pointer}/${escaped(key)}`, message: 'is not known here' }));
  });
}

function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
