import type { Entry, Move } from './entry.ts';
import type { Execution, Task } from './execution.ts';
import type { Json } from './json.ts';
import { waitsForToken, type TokenSubject } from './task-token.ts';
import { lateness } from './lateness.ts';

/** What somebody who holds a task's token says. */
export type TaskAnswer =
  | { readonly kind: 'success'; readonly output: Json }
  | { readonly kind: 'failure'; readonly error?: string; readonly cause?: string }
  | { readonly kind: 'heartbeat' };

/**
 * What an answer by token moves. `undefined` when nobody waits for it any more: the task was answered or given up, it is
 * at a later attempt, or its time has run out and only nobody has said so yet.
 */
export function answerMoves(
  execution: Execution,
  { enteredId, retryCount }: TokenSubject,
  answer: TaskAnswer,
  now: number,
): readonly Move[] | undefined {
  for (const { id, position } of execution.threads.values()) {
    if (position.phase !== 'running' || position.visit.enteredId !== enteredId) continue;
    const { task, visit } = position;
    if (visit.retryCount !== retryCount || !waitsForToken(task.resource) || lateness(task, now)) return undefined;
    // Without a limit between two heartbeats there is nothing to keep of one.
    if (answer.kind === 'heartbeat' && task.heartbeatSeconds === undefined) return [];
    return [{ thread: id, entry: entryFor(task, answer) }];
  }
  return undefined;
}

function entryFor({ resource }: Task, answer: TaskAnswer): Entry {
  switch (answer.kind) {
    case 'success':
      return { kind: 'TaskSucceeded', resource, output: answer.output };
    case 'failure': {
      const { kind: _, ...reason } = answer;
      return { kind: 'TaskFailed', resource, ...reason };
    }
    case 'heartbeat':
      return { kind: 'TaskHeartbeat' };
  }
}
