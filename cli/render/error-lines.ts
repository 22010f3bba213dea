import { ApiProblem } from '#client/api-problem.ts';
import { UnexpectedAnswer } from '#client/unexpected-answer.ts';
import { Unreachable } from '#client/unreachable.ts';
import { TokenRefused } from '../token-refused.ts';
import { UsageError } from '../usage-error.ts';
import { meant } from './meant.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';

export type KnownError = ApiProblem | UnexpectedAnswer | Unreachable | TokenRefused | UsageError;

const address = 'Another address is given with --api or DEPLOYMENT_SERVICE_URL.';

/** An error as people read it: what happened, every fault with what was probably meant, and the way out. */
export function errorLines(error: KnownError, paint: Paint): readonly string[] {
  const head = `${paint.red('Error:')} ${printable(error.message, false)}`;
  if (error instanceof Unreachable) return [head, error.wayOut, address];
  if (error instanceof UnexpectedAnswer) return [head, address];
  if (!(error instanceof ApiProblem)) return error.hint === undefined ? [head] : [head, error.hint];
  return [
    head,
    ...error.faults.map((fault) => `  ${faultText(fault, paint)}`),
    ...(error.code === 'unauthenticated'
      ? ['The token is not good: it may have expired, or be of another issuer.']
      : []),
    paint.dim(`${error.code}${error.requestId === '' ? '' : `, request ${error.requestId}`}`),
  ];
}

function faultText(fault: ApiProblem['faults'][number], paint: Paint): string {
  const place = fault.pointer === '' ? '' : `${paint.bold(printable(fault.pointer, false))} `;
  return `${place}${printable(fault.message, false)}${meant(fault, paint)}`;
}

/** The same for programs. */
export function errorDocument(error: KnownError): object {
  if (!(error instanceof ApiProblem)) return { error: { name: error.name, message: error.message } };
  const { name, status, code, detail, faults, requestId } = error;
  return { error: { name, message: detail, status, code, faults, requestId } };
}
