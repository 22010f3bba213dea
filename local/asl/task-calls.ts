import { createHash } from 'node:crypto';
import type { Entry, Move } from './entry.ts';
import type { Execution, Task } from './execution.ts';
import { messageOf } from './expression.ts';
import type { Host } from './host.ts';
import type { Identity } from './identity.ts';
import { TaskError, type Integration, type TaskContext } from './integration.ts';
import { asJson } from './json.ts';
import type { RunningTask } from './journal-step.ts';
import { exceedsDataLimit, LIMITS } from './limits.ts';
import { taskToken } from './task-token.ts';

interface TaskCallsOptions {
  readonly host: Host;
  readonly identity: Identity;
  /** The present of the execution; `undefined` once nothing may be written any more. */
  readonly present: () => Execution | undefined;
  readonly commit: (moves: readonly Move[]) => void;
}

/** The calls of one execution to its integrations, each attempt called once in the life of this process. */
export function createTaskCalls({ host, identity, present, commit }: TaskCallsOptions) {
  const known = new Set<number>();

  function begin({ thread, task }: RunningTask): void {
    if (known.has(task.seq)) return;
    known.add(task.seq);
    call(thread, task, (integration, context) => integration.start(task.parameters, context));
  }

  /** Tasks that an earlier process has begun. */
  function takeUp(tasks: readonly RunningTask[]): void {
    // All are known before the first is touched: a commit begins whatever runs and is not known.
    for (const { task } of tasks) known.add(task.seq);
    for (const { thread, task } of tasks) {
      const { reference, resource, parameters } = task;
      const integration = host.integrations[resource];
      if (reference !== undefined && integration?.resume) {
        call(thread, task, async (found, context) => found.resume?.(reference, context));
      } else if (integration?.lost) {
        commit([{ thread, entry: { kind: 'TaskFailed', resource, ...integration.lost } }]);
      } else {
        call(thread, task, (found, context) => found.start(parameters, context));
      }
    }
  }

  function call(
    thread: string,
    task: Task,
    work: (integration: Integration, context: TaskContext) => Promise<unknown>,
  ): void {
    const { promise: quiet, resolve: release } = Promise.withResolvers<void>();
    host.track(quiet);
    // Resumed work already has its reference: it may take long, and `idle` is not about it.
    if (task.reference !== undefined) release();

    const answer = async (): Promise<Entry> => {
      const integration = host.integrations[task.resource];
      if (!integration) throw new TaskError('States.Runtime', `The local endpoint has no ${task.resource}.`);
      return succeeded(task, await work(integration, contextOf(thread, task, release)));
    };
    void answer()
      .catch((error: unknown) => failed(task, error))
      .then((entry) => {
        if (isWaitedFor(thread, task)) commit([{ thread, entry }]);
      })
      .finally(release);
  }

  function isWaitedFor(thread: string, task: Task): boolean {
    const position = present()?.threads.get(thread)?.position;
    return position?.phase === 'running' && position.task.seq === task.seq;
  }

  function contextOf(thread: string, task: Task, release: () => void): TaskContext {
    const position = present()?.threads.get(thread)?.position;
    const visit = position && 'visit' in position ? position.visit : undefined;
    const { executionArn } = identity;
    const { enteredId = 0, retryCount = 0 } = visit ?? {};
    return {
      executionArn,
      executionName: identity.executionName,
      stateName: visit?.state ?? '',
      attempt: retryCount + 1,
      token: taskToken({ executionArn, enteredId, retryCount }),
      idempotencyToken: createHash('sha256').update(`${executionArn} ${task.seq}`).digest('hex').slice(0, 32),
      submitted(reference, output) {
        const { resource } = task;
        if (isWaitedFor(thread, task)) {
          commit([{ thread, entry: { kind: 'TaskSubmitted', resource, reference, output: asJson(output) } }]);
        } else {
          // The state was left while the work was being handed over.
          host.outbox.add({ kind: 'stop', resource, reference });
          host.outbox.flush();
        }
        release();
      },
    };
  }

  return { begin, takeUp };
}

function succeeded({ resource }: Task, result: unknown): Entry {
  const output = asJson(result);
  if (!exceedsDataLimit(output)) return { kind: 'TaskSucceeded', resource, output };
  const cause = `The state/task '${resource}' returned a result with a size exceeding the maximum number of bytes service limit (${LIMITS.dataBytes}).`;
  return { kind: 'TaskFailed', resource, error: 'States.DataLimitExceeded', cause };
}

function failed({ resource }: Task, error: unknown): Entry {
  if (error instanceof TaskError) return { kind: 'TaskFailed', resource, error: error.error, cause: error.reason };
  return { kind: 'TaskFailed', resource, error: 'States.TaskFailed', cause: messageOf(error) };
}
