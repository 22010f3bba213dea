import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import type { BuildAnnouncer } from '#local/services/codebuild/announce-builds.ts';
import type { BuildRecord, EndStatus, StoredBuild } from '#local/services/codebuild/build-record.ts';
import type { BuildStore } from '#local/services/codebuild/build-store.ts';
import type { BuildHost } from '#local/services/codebuild/host-builds.ts';
import { recordPhases, type PhaseRecorder } from '#local/services/codebuild/record-phases.ts';
import { transaction } from '#local/store.ts';
import { MarkRefused } from '#runner/mark-sink.ts';
import { RunnerFailure } from '#runner/runner-failure.ts';
import { buildScript, fetchScript, type BuildAction, type Ending, type Scene } from './build-script.ts';
import type { BuildFate, FetchFate, OutsideWorld } from './outside-world.ts';

type Fate =
  | { readonly kind: 'fetch'; readonly fate: FetchFate; readonly seconds: number }
  | { readonly kind: 'build'; readonly fate: BuildFate };

interface Parts {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly builds: BuildStore;
  readonly announcer: BuildAnnouncer;
  readonly world: OutsideWorld;
  readonly sceneOf: (build: BuildRecord) => Scene;
  readonly outlivesHost: boolean;
}

/** Plays each build by its fate, at times on the clock. How far one has come is in the store, as its record is. */
export function scriptedBuilds(parts: Parts): BuildHost {
  const { store, clock, builds, announcer, world } = parts;
  store.exec('CREATE TABLE IF NOT EXISTS scripted_build (id TEXT PRIMARY KEY, fate TEXT, done INTEGER)');
  const enrol = store.prepare('INSERT INTO scripted_build (id, fate, done) VALUES (?, ?, 0)');
  const progress = store.prepare('UPDATE scripted_build SET done = ? WHERE id = ?');
  const find = store.prepare('SELECT fate, done FROM scripted_build WHERE id = ?');
  const timers = new Map<string, () => void>();
  const ends = new Map<string, PromiseWithResolvers<void>>();
  let closed = false;

  const save = (build: BuildRecord): void => {
    transaction(store, () => {
      builds.save(build);
      if (build.buildComplete) announcer.add(build);
    });
    if (!build.buildComplete) return;
    announcer.deliver();
    ends.get(build.id)?.resolve();
    ends.delete(build.id);
  };
  const complete = (recorder: PhaseRecorder, { status, exported = {} }: Ending): void => {
    timers.delete(recorder.current().id);
    recorder.end(status);
    recorder.note({
      exportedEnvironmentVariables: Object.entries(exported).map(([name, value]) => ({ name, value })),
    });
    recorder.complete(status);
  };

  const play = async (build: BuildRecord, fate: Fate, done: number): Promise<void> => {
    const recorder = recordPhases(build, clock, save);
    const scene = parts.sceneOf(build);
    const script =
      fate.kind === 'fetch' ? fetchScript(fate.fate, fate.seconds, world.commits) : await buildScript(fate.fate, scene);
    const next = (index: number): void => {
      const action = script[index];
      if (!action || closed) return;
      timers.set(
        build.id,
        clock.after(action.afterSeconds * 1000, () => void step(action, index)),
      );
    };
    const step = async (action: BuildAction, index: number): Promise<void> => {
      const ending = await action.run(scene).catch((error: unknown): Ending => {
        if (error instanceof MarkRefused || error instanceof RunnerFailure) return { status: 'FAILED' };
        throw error;
      });
      if (closed || !timers.has(build.id)) return;
      scene.flushLog();
      // A build that was cut off before its end was written makes its last move again.
      if (ending) return complete(recorder, ending);
      progress.run(index + 1, build.id);
      next(index + 1);
    };
    next(done);
  };
  const begin = ({ build }: StoredBuild): void => {
    const recorder = recordPhases(build, clock, save);
    const fate: Fate = build.projectName.endsWith('fetch-source')
      ? { kind: 'fetch', ...(world.fetches.shift() ?? { fate: 'succeeds', seconds: 1 }) }
      : { kind: 'build', fate: world.builds.shift() ?? {} };
    transaction(store, () => {
      enrol.run(build.id, JSON.stringify(fate));
      recorder.end('SUCCEEDED');
      recorder.begin('BUILD');
    });
    timers.set(build.id, () => undefined);
    void play(recorder.current(), fate, 0);
  };
  const cut = ({ build }: StoredBuild, status: EndStatus): void => {
    timers.get(build.id)?.();
    complete(recordPhases(build, clock, save), { status });
  };

  return {
    submit: begin,
    stop(id) {
      const stored = builds.read(id);
      if (stored && !stored.build.buildComplete) cut(stored, 'STOPPED');
    },
    lose(id) {
      const stored = builds.read(id);
      if (stored && !stored.build.buildComplete) cut(stored, 'FAULT');
    },
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
        const row = find.get(stored.build.id) as { fate: string; done: number } | undefined;
        if (!row) begin(stored);
        else if (!parts.outlivesHost) cut(stored, 'FAULT');
        else {
          timers.set(stored.build.id, () => undefined);
          void play(stored.build, JSON.parse(row.fate) as Fate, row.done);
        }
      }
    },
    async close() {
      closed = true;
      for (const cancel of timers.values()) cancel();
      announcer.close();
    },
    running: () => timers.size,
    queued: () => 0,
  };
}
