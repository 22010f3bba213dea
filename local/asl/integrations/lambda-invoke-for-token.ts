import type { Integration } from '#local/asl/integration.ts';
import { invokeFunction, type LambdaCall } from './invoke-function.ts';
import { lostInvocation } from './lambda-invoke.ts';

export const LAMBDA_INVOKE_FOR_TOKEN = 'arn:aws:states:::lambda:invoke.waitForTaskToken';

/**
 * The task that calls a function and then waits until somebody answers with the task's token. What the function returns
 * is only told in the history; that it fails, fails the task, unless the answer came first.
 */
export function lambdaInvokeForToken(call: LambdaCall): Integration {
  const untilAnswered = (): Promise<never> => new Promise(() => undefined);
  return {
    lost: lostInvocation,
    async start(args, { token, submitted }) {
      submitted(token, await invokeFunction(call, args));
      return untilAnswered();
    },
    resume: untilAnswered,
  };
}
