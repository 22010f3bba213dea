import type { Integration } from '#local/asl/integration.ts';
import { invokeFunction, type LambdaCall } from './invoke-function.ts';

export const LAMBDA_INVOKE = 'arn:aws:states:::lambda:invoke';

/** A call that was under way when the process ended may or may not have had its effect: the state's Retry decides. */
export const lostInvocation = {
  error: 'Lambda.Unknown',
  cause: 'The cause could not be determined because the host was restarted.',
} as const;

/** The task that calls a function and waits for what it returns. */
export function lambdaInvoke(call: LambdaCall): Integration {
  return { lost: lostInvocation, start: (args) => invokeFunction(call, args) };
}
