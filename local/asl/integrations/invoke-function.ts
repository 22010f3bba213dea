import * as z from 'zod';
import { messageOf } from '#local/asl/expression.ts';
import { TaskError } from '#local/asl/integration.ts';
import type { Json } from '#local/asl/json.ts';

/** Sends one operation to the Lambda service: `Invoke` with the members of `InvokeCommandInput`. */
export type LambdaCall = (operation: string, input: unknown) => Promise<unknown>;

const Arguments = z.strictObject({ FunctionName: z.string(), Payload: z.unknown().optional() });
const Answer = z.object({
  StatusCode: z.number().optional(),
  FunctionError: z.string().optional(),
  ExecutedVersion: z.string().optional(),
  Payload: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
});

/**
 * Calls the function that a task's Arguments name.
 *
 * @returns what the service answers, the payload parsed
 * @throws TaskError when it cannot be called, or fails
 */
export async function invokeFunction(call: LambdaCall, args: Json) {
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
}

async function invoke(call: LambdaCall, FunctionName: string, Payload: string): Promise<unknown> {
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
