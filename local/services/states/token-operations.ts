import * as z from 'zod';
import type { TaskAnswer } from '#local/asl/answer-task.ts';
import type { Json } from '#local/asl/json.ts';
import { LIMITS } from '#local/asl/limits.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { parseInput } from './parse-input.ts';
import type { StatesContext } from './states-context.ts';

const taskToken = z.string().min(1).max(2048);
const Success = z.strictObject({
  taskToken,
  output: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= LIMITS.dataBytes, `must be at most ${LIMITS.dataBytes} bytes`),
});
const Failure = z.strictObject({
  taskToken,
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
});
const Heartbeat = z.strictObject({ taskToken });

/** Operations for whoever holds the token of a task. */
export function tokenOperations({ engine }: StatesContext): Readonly<Record<string, Operation>> {
  return {
    SendTaskSuccess(input) {
      const asked = parseInput(Success, input);
      return answer(asked.taskToken, { kind: 'success', output: parseOutput(asked.output) });
    },
    SendTaskFailure(input) {
      const { taskToken: token, error, cause } = parseInput(Failure, input);
      const reason = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
      return answer(token, { kind: 'failure', ...reason });
    },
    SendTaskHeartbeat(input) {
      return answer(parseInput(Heartbeat, input).taskToken, { kind: 'heartbeat' });
    },
  };

  function answer(token: string, said: TaskAnswer) {
    switch (engine.answer(token, said)) {
      case 'taken':
        return {};
      case 'late':
        throw new ServiceFault('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
      case 'lost':
        throw new ServiceFault('TaskDoesNotExist', "Task Does Not Exist: 'Provided task does not exist'");
      case 'no token':
        throw new ServiceFault('InvalidToken', "Invalid Token: 'Invalid token'");
    }
  }
}

function parseOutput(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new ServiceFault('InvalidOutput', "Invalid Output: 'The output is no JSON'");
  }
}
