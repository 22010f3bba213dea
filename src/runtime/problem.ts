import { ZodError, type core } from 'zod';
import type { Problem } from '#schemas/api/problem.ts';
import { scrub } from '#domain/redaction/scrub.ts';
import { isSecretName } from '#domain/redaction/secret-name.ts';
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
    detail: scrub(refusal?.message ?? 'The service failed. Tell its owners the request id.'),
    requestId,
    ...(refusal && refusal.faults.length > 0 && { faults: refusal.faults.map(shown) }),
  };
}

/** A fault quotes what was sent, and what was sent may be a secret at the wrong place. */
function shown({ value, ...fault }: Fault): Fault {
  const name = fault.pointer.slice(fault.pointer.lastIndexOf('/') + 1);
  return {
    ...fault,
    message: scrub(fault.message),
    ...(value !== undefined && !isSecretName(name) && { value: scrub(value) }),
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
    // What is wrong with a name stands inside: the issue itself says only that it is.
    if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ pointer, message }));
    if (issue.code !== 'unrecognized_keys') return [{ pointer, message: issue.message }];
    return issue.keys.map((key) => ({ pointer: `${pointer}/${escaped(key)}`, message: 'is not known here' }));
  });
}

function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
