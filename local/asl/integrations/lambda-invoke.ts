import * as z from 'zod';
import { messageOf } from '#local/asl/expression.ts';
import { TaskError, type Integration } from '#local/asl/integration.ts';

export const LAMBDA_INVOKE = 'arn:aws:states:::lambda:invoke';

const Arguments = z.strictObject({ FunctionName: z.string(), Payload: z.unknown().optional() });
const Answer = z.object({
  StatusCode: z.number().optional(),
  FunctionError: z.string().optional(),
  ExecutedVersion: z.string().optional(),
  Payload: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
});

/**
 * The task that calls a function and waits for what it returns.
 *
 * @param call sends one operation to the Lambda service: `Invoke` with the members of `InvokeCommandInput`
 */
export function lambdaInvoke(call: (operation: string, input: unknown) => Promise<unknown>): Integration {
  return {
    // A call that was under way when the process ended may or may not have had its effect: the state's Retry decides.
    lost: { error: 'Lambda.Unknown', cause: 'The cause could not be determined because the host was restarted.' },
    async start(args) {
      const parsed = Arguments.safeParse(args);
      if (!parsed.success) throw new TaskError('States.Runtime', z.prettifyError(parsed.error));
      const { FunctionName, Payload = {} } = parsed.data;
      const answer = Answer.parse(await invoke(call, FunctionName, JSON.stringify(Payload)));
      const payload = parsePayload(answer.Payload);
      if (answer.FunctionError !== undefined) throw functionError(payload);
      return {
        ExecutedVersion: answer.ExecutedVersion ?? '$LATEST',
        Payload: payload,
        StatusCode: answer.StatusCode ?? 200,
      };
    },
  };
}

async function invoke(
  call: (operation: string, input: unknown) => Promise<unknown>,
  FunctionName: string,
  Payload: string,
): Promise<unknown> {
  try {
    return await call('Invoke', { FunctionName, InvocationType: 'RequestResponse', Payload });
  } catch (error) {
    throw new TaskError(serviceError(error), messageOf(error), { cause: error });
  }
}

/** An answer of the service is `Lambda.<exception>`; what never reached it is the client's own fault. */
function serviceError(error: unknown): string {
  const parsed = z.object({ name: z.string(), $metadata: z.object({ httpStatusCode: z.number() }) }).safeParse(error);
  if (!parsed.success) return 'Lambda.SdkClientException';
  const { name } = parsed.data;
  if (name === 'ServiceException' || parsed.data.$metadata.httpStatusCode >= 500) return 'Lambda.ServiceException';
  return `Lambda.${name}`;
}

function functionError(payload: unknown): TaskError {
  const parsed = z.object({ errorType: z.string() }).safeParse(payload);
  // A function that crashes without an exception has no type, and the service says only that.
  return new TaskError(parsed.success ? parsed.data.errorType : 'Lambda.Unknown', JSON.stringify(payload));
}

function parsePayload(payload: string | Uint8Array | undefined): unknown {
  const text = typeof payload === 'string' ? payload : Buffer.from(payload ?? []).toString('utf8');
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
