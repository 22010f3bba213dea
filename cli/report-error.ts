import { ApiProblem } from '#client/api-problem.ts';
import { UnexpectedAnswer } from '#client/unexpected-answer.ts';
import { Unreachable } from '#client/unreachable.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { printJsonLine, printLines } from './print.ts';
import { errorDocument, errorLines, type KnownError } from './render/error-lines.ts';
import type { OutputStream } from './terminal/output.ts';
import { TokenRefused } from './token-refused.ts';
import { UsageError } from './usage-error.ts';

/** Says what went wrong and answers with the exit code. Anything unforeseen is a bug of dsctl and shows its stack. */
export function reportError(err: OutputStream, error: unknown, json: boolean): ExitCode {
  if (!isKnown(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    printLines(err, [`This is a bug of dsctl: ${text}`]);
    return exitCode.failed;
  }
  if (json) printJsonLine(err, errorDocument(error));
  else printLines(err, errorLines(error, err.paint));
  return exitCodeOf(error);
}

function exitCodeOf(error: KnownError): ExitCode {
  if (error instanceof UsageError) return exitCode.usage;
  return error instanceof ApiProblem || error instanceof TokenRefused ? exitCode.refused : exitCode.unreachable;
}

function isKnown(error: unknown): error is KnownError {
  return [ApiProblem, UnexpectedAnswer, Unreachable, TokenRefused, UsageError].some((kind) => error instanceof kind);
}
