import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '#local/store.ts';
import type { BuildAnnouncer } from './announce-builds.ts';
import { buildUuid, type BuildRecord, type StoredBuild } from './build-record.ts';
import type { BuildStore } from './build-store.ts';
import { Interruption } from './interruption.ts';
import { endProcessGroup } from './process-group.ts';
import { recordPhases, type PhaseRecorder } from './record-phases.ts';
import { GRACE_MS, runBuild, type BuildSurroundings } from './run-build.ts';
import { removeWorkspace, workspaceOf } from './workspace.ts';

export interface BuildHost {
  /** Puts a stored build into the queue. */
  submit(stored: StoredBuild): void;
  /** Stops a build that waits or runs; nothing happens to another. */
  stop(id: string): void;
  /** Takes the machine away from a build that runs; nothing happens to another. */
  lose(id: string): void;
  /** Resolves when the build has ended. */
  ended(id: string): Promise<void>;
  resume(): void;
  close(): Promise<void>;
  running(): number;
  queued(): number;
}

/** A host whose number of machines may change. */
export interface MachineHost extends BuildHost {
  /** Builds that wait may find a machine now. */
  startNext(): void;
}

interface Waiting {
  readonly stored: StoredBuild;
  readonly recorder: PhaseRecorder;
  readonly cancelTimeout: () => void;
}

const MINUTE_MS = 60_000;

/** The queue and the builds that run: first come, first served, so many at a time. */
export function hostBuilds(
  options: BuildSurroundings & {
    readonly store: DatabaseSync;
    readonly builds: BuildStore;
    readonly announcer: BuildAnnouncer;
    readonly maxConcurrentBuilds: () => number;
  },
): MachineHost {
  const { builds, announcer, clock } = options;
  const queue = new Map<string, Waiting>();
  const running = new Map<string, AbortController>();
  const work = new Set<Promise<void>>();
  const ends = new Map<string, PromiseWithResolvers<void>>();
  let closed = false;

  const save = (build: BuildRecord): void => {
    transaction(options.store, () => {
      builds.save(build);
      if (build.buildComplete) announcer.add(build);
    });
    if (!build.buildComplete) return;
    announcer.deliver();
    ends.get(build.id)?.resolve();
    ends.delete(build.id);
  };
  const track = (promise: Promise<void>): void => {
    const tracked = promise
      .catch((error: unknown) => console.error('local codebuild: a build left the rails:', error))
      .finally(() => work.delete(tracked));
    work.add(tracked);
  };

  const startNext = (): void => {
    for (const [id, waiting] of queue) {
      if (closed || running.size >= options.maxConcurrentBuilds()) return;
      queue.delete(id);
      waiting.cancelTimeout();
      track(start(waiting));
    }
  };
  const start = async ({ stored, recorder }: Waiting): Promise<void> => {
    const { id, timeoutInMinutes } = stored.build;
    const abort = new AbortController();
    running.set(id, abort);
    // From here and not from the submission: time in the queue does not count.
    const cancelTimeout = clock.after(timeoutInMinutes * MINUTE_MS, () => abort.abort(new Interruption('TIMED_OUT')));
    try {
      recorder.end('SUCCEEDED');
      const started = builds.addGroup.bind(builds);
      await runBuild({ ...options, stored, recorder, signal: abort.signal, started });
    } catch (error) {
      console.error(`local codebuild: ${id}:`, error);
      if (closed) return;
      recorder.end('FAULT', {
        statusCode: 'INTERNAL_ERROR',
        message: 'The host could not bring the build to its end.',
      });
      recorder.complete('FAULT');
    } finally {
      cancelTimeout();
      running.delete(id);
      startNext();
    }
  };
  const leaveQueue = (id: string, status: 'STOPPED' | 'TIMED_OUT'): void => {
    const waiting = queue.get(id);
    if (!waiting) return;
    queue.delete(id);
    waiting.cancelTimeout();
    waiting.recorder.end(status);
    waiting.recorder.complete(status);
  };
  /** Ends what a killed host left of a build, and only then says that it failed: a retry must not run beside it. */
  const recover = async (stored: StoredBuild): Promise<void> => {
    const { build } = stored;
    const grace = { clock, milliseconds: GRACE_MS };
    await Promise.all(builds.groups(build.id).map((group) => endProcessGroup(group, grace)));
    await removeWorkspace(workspaceOf(options.workspaceRoot, buildUuid(build)));
    if (closed) return;
    const recorder = recordPhases(build, clock, save);
    recorder.end('FAULT', { statusCode: 'INTERNAL_ERROR', message: 'The host ended while the build ran.' });
    recorder.complete('FAULT');
  };
  const submit = (stored: StoredBuild): void => {
    const { id, queuedTimeoutInMinutes } = stored.build;
    const cancelTimeout = clock.after(queuedTimeoutInMinutes * MINUTE_MS, () => leaveQueue(id, 'TIMED_OUT'));
    queue.set(id, { stored, recorder: recordPhases(stored.build, clock, save), cancelTimeout });
    startNext();
  };

  return {
    submit,
    startNext,
    stop(id) {
      leaveQueue(id, 'STOPPED');
      running.get(id)?.abort(new Interruption('STOPPED'));
    },
    lose: (id) => running.get(id)?.abort(new Interruption('FAULT')),
    async ended(id) {
      const stored = builds.read(id);
      if (!stored) throw new Error(`There is no build ${id}.`);
      if (stored.build.buildComplete) return;
      const end = ends.get(id) ?? Promise.withResolvers<void>();
      ends.set(id, end);
      await end.promise;
    },
    resume() {
      announcer.deliver();
      for (const stored of builds.open()) {
        const { id, currentPhase } = stored.build;
        if (queue.has(id) || running.has(id)) continue;
        // A build that never began has lost nothing.
        if (currentPhase === 'QUEUED') submit(stored);
        else track(recover(stored));
      }
    },
    async close() {
      closed = true;
      for (const { cancelTimeout } of queue.values()) cancelTimeout();
      for (const abort of running.values()) abort.abort(new Interruption('CLOSED'));
      await Promise.all(work);
      announcer.close();
    },
    running: () => running.size,
    queued: () => queue.size,
  };
}
