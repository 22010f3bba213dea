import * as z from 'zod';
import type { ExecutionRecord } from '#local/asl/execution-record.ts';
import { messageOf } from '#local/asl/expression.ts';
import { TaskError, type Integration } from '#local/asl/integration.ts';

export const STATES_START_EXECUTION = 'arn:aws:states:::states:startExecution.sync:2';

interface StatesAccess {
  /**
   * Starts an execution, or finds the one that the same `startedBy` has started before. Synchronous, so that nothing lies
   * between it and the reference that is kept of it.
   *
   * @throws ServiceFault
   */
  readonly start: (input: StartInput, startedBy: string) => ExecutionRecord;
  /** Resolves when an execution is over, at once if it already is. */
  readonly ended: (executionArn: string) => Promise<void>;
  readonly find: (executionArn: string) => ExecutionRecord | undefined;
  readonly stop: (executionArn: string) => void;
}

interface StartInput {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
}

const Arguments = z.strictObject({
  StateMachineArn: z.string(),
  Name: z.string().optional(),
  Input: z.unknown().optional(),
});

/** The task that runs another execution and waits until it is over. Its reference is the ARN of that execution. */
export function statesStartExecution(access: StatesAccess): Integration {
  return {
    async start(args, { idempotencyToken, submitted }) {
      const parsed = Arguments.safeParse(args);
      if (!parsed.success) throw new TaskError('States.Runtime', z.prettifyError(parsed.error));
      const { StateMachineArn, Name = idempotencyToken, Input } = parsed.data;
      const input = typeof Input === 'string' ? Input : JSON.stringify(Input ?? {});
      const child = ask(() => access.start({ stateMachineArn: StateMachineArn, name: Name, input }, idempotencyToken));
      submitted(child.arn, { ExecutionArn: child.arn, StartDate: child.startedAt });
      return outcome(child.arn, access);
    },
    resume: (reference) => outcome(reference, access),
    async stop(reference) {
      access.stop(reference);
    },
  };
}

async function outcome(arn: string, { ended, find }: StatesAccess): Promise<unknown> {
  await ended(arn);
  const child = find(arn);
  if (!child) throw new TaskError('States.TaskFailed', `There is no execution ${arn}.`);
  const said = described(child);
  if (child.status !== 'SUCCEEDED') throw new TaskError('States.TaskFailed', JSON.stringify(said));
  // What `:2` stands for: input and output as JSON. The cause of a failure has them as text.
  return { ...said, Input: JSON.parse(child.input) as unknown, Output: JSON.parse(child.output ?? 'null') as unknown };
}

/** As `DescribeExecution` has it, in PascalCase and in the order of the alphabet; times in milliseconds since the epoch. */
function described(child: ExecutionRecord) {
  const included = { Included: true };
  return {
    ...(child.cause !== undefined && { Cause: child.cause }),
    ...(child.error !== undefined && { Error: child.error }),
    ExecutionArn: child.arn,
    Input: child.input,
    InputDetails: included,
    Name: child.name,
    ...(child.output !== undefined && { Output: child.output, OutputDetails: included }),
    StartDate: child.startedAt,
    ...(child.aliasArn !== undefined && { StateMachineAliasArn: child.aliasArn }),
    StateMachineArn: child.machine.arn,
    ...(child.versionArn !== undefined && { StateMachineVersionArn: child.versionArn }),
    Status: child.status,
    StopDate: child.stoppedAt,
  };
}

const Fault = z.object({ code: z.string(), status: z.number() });

/** A refusal by the service fails the task as `StepFunctions.<exception>`, the way Step Functions names it. */
function ask<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const fault = Fault.safeParse(error);
    if (!fault.success) throw error;
    const { code, status } = fault.data;
    const suffix = code.endsWith('Exception') ? code : `${code}Exception`;
    const reason = `${messageOf(error)} (Service: AWSStepFunctions; Status Code: ${status}; Error Code: ${code})`;
    throw new TaskError(`StepFunctions.${suffix}`, reason, { cause: error });
  }
}
