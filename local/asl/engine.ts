import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { transaction } from '#local/store.ts';
import { trackActivity } from './activity.ts';
import type { TaskAnswer } from './answer-task.ts';
import { openEndings } from './endings.ts';
import { asJson } from './json.ts';
import type { ExecutionRecord, NewExecution } from './execution-record.ts';
import type { Host } from './host.ts';
import type { Integration } from './integration.ts';
import { openJournal, type Journal } from './journal.ts';
import { openOutbox, type Errand } from './outbox.ts';
import { createRunner, type Runner } from './runner.ts';
import { statusChange, type StatusChange } from './status-change.ts';
import { readTaskToken } from './task-token.ts';

export interface EngineOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
  /** By the `Resource` of the Task states. */
  readonly integrations: Readonly<Record<string, Integration>>;
  /** Hears of every start and end of an execution at least once, also across a crash. A rejection is tried again. */
  readonly onStatusChange?: (change: StatusChange) => Promise<void> | void;
}

export interface Engine {
  readonly journal: Journal;
  /** Begins an execution whose ARN is new and whose definition and input have been checked. */
  start(execution: Omit<NewExecution, 'startedAt'>): ExecutionRecord;
  /** Ends an execution at once, without any Catch; one that has ended stays as it is. `undefined` when there is none. */
  stop(arn: string, reason: { readonly error?: string; readonly cause?: string }): ExecutionRecord | undefined;
  /**
   * Takes an answer that came with a task's token. `late` when nobody waits for it any more, `lost` when there is no such
   * execution, `no token` when the text is none.
   */
  answer(token: string, answer: TaskAnswer): 'taken' | 'late' | 'lost' | 'no token';
  /** Resolves when an execution is over, at once if it is already. */
  ended(arn: string): Promise<void>;
  /** Goes on with everything that an earlier process left running. Call once, at boot. */
  resume(): void;
  /** Resolves when only time, submitted work or a request can move anything: no decision, call or delivery under way. */
  idle(): Promise<void>;
  /** Stops acting at once and writes nothing more; what runs goes on after the next `resume`. */
  close(): void;
}

export function createEngine({ store, clock, random, integrations, onStatusChange }: EngineOptions): Engine {
  const activity = trackActivity();
  const runners = new Map<number, Runner>();
  const journal = openJournal(store);
  const outbox = openOutbox({ store, clock, deliver, track: activity.track });
  const endings = openEndings(journal);
  const sources = { now: () => clock.now(), random };
  const host: Host = { store, clock, sources, integrations, journal, outbox, track: activity.track };

  async function deliver(errand: Errand): Promise<void> {
    if (errand.kind === 'status') {
      await onStatusChange?.(errand.change);
      return;
    }
    try {
      await integrations[errand.resource]?.stop?.(errand.reference);
    } catch (error) {
      // As in the service, stopping is best effort: the execution has gone on without this work.
      console.error(`local states: ${errand.reference} could not be stopped:`, error);
    }
  }

  const newRunner = (record: Omit<ExecutionRecord, 'status'>): Runner =>
    createRunner(host, record, () => {
      runners.delete(record.key);
      endings.tell(record.arn);
    });

  function restored(record: ExecutionRecord): Runner {
    const runner = newRunner(record);
    runners.set(record.key, runner);
    runner.restore();
    return runner;
  }

  function required(arn: string): ExecutionRecord {
    const record = journal.find(arn);
    if (!record) throw new Error(`The journal has no execution ${arn}.`);
    return record;
  }

  return {
    journal,
    start(request) {
      const execution = { ...request, startedAt: clock.now() };
      const input = asJson(JSON.parse(request.input));
      const { key, runner } = transaction(store, () => {
        const key = journal.add(execution);
        const runner = newRunner({ ...execution, key });
        runner.write([{ thread: 'root', entry: { kind: 'ExecutionStarted', input } }]);
        outbox.add({ kind: 'status', change: statusChange(required(request.arn)) });
        return { key, runner };
      });
      runners.set(key, runner);
      runner.act();
      return required(request.arn);
    },
    stop(arn, reason) {
      const record = journal.find(arn);
      if (record?.status !== 'RUNNING') return record;
      const runner = runners.get(record.key) ?? restored(record);
      runner.commit([{ thread: 'root', previousId: 0, entry: { kind: 'ExecutionAborted', ...reason } }]);
      return required(arn);
    },
    answer(token, answer) {
      const subject = readTaskToken(token);
      if (!subject) return 'no token';
      const record = journal.find(subject.executionArn);
      if (!record) return 'lost';
      if (record.status !== 'RUNNING') return 'late';
      const runner = runners.get(record.key) ?? restored(record);
      return runner.answer(subject, answer) ? 'taken' : 'late';
    },
    ended: (arn) => endings.ended(arn),
    resume() {
      outbox.flush();
      for (const record of journal.running()) if (!runners.has(record.key)) restored(record);
    },
    idle: activity.idle,
    close() {
      outbox.close();
      for (const runner of runners.values()) runner.halt();
      runners.clear();
    },
  };
}
