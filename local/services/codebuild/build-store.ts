import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '#local/store.ts';
import type { BuildRecord, StoredBuild } from './build-record.ts';
import type { ProcessGroup } from './process-group.ts';

interface BuildRow {
  readonly build: string;
  readonly artifacts: string;
}

export interface BuildStore {
  insert(stored: StoredBuild): void;
  read(id: string): StoredBuild | undefined;
  /** Builds that have not ended, oldest first. */
  open(): readonly StoredBuild[];
  /** Writes the record; a build that has ended forgets its process groups in the same transaction. */
  save(build: BuildRecord): void;
  /** Remembers a process group from the moment it exists, for the boot after a kill. */
  addGroup(group: ProcessGroup): void;
  groups(buildId: string): readonly ProcessGroup[];
}

export function createBuildStore(store: DatabaseSync): BuildStore {
  const insert = store.prepare(
    'INSERT INTO codebuild_build (id, project, complete, build, artifacts) VALUES (?, ?, 0, ?, ?)',
  );
  const read = store.prepare('SELECT build, artifacts FROM codebuild_build WHERE id = ?');
  const open = store.prepare('SELECT build, artifacts FROM codebuild_build WHERE complete = 0 ORDER BY seq');
  const update = store.prepare('UPDATE codebuild_build SET build = ?, complete = ? WHERE id = ?');
  const addGroup = store.prepare('INSERT INTO codebuild_group (build_id, pgid, leader_start) VALUES (?, ?, ?)');
  const groups = store.prepare('SELECT * FROM codebuild_group WHERE build_id = ?');
  const forget = store.prepare('DELETE FROM codebuild_group WHERE build_id = ?');
  const parse = (row: BuildRow): StoredBuild => ({
    build: JSON.parse(row.build) as BuildRecord,
    artifacts: JSON.parse(row.artifacts) as StoredBuild['artifacts'],
  });

  return {
    insert({ build, artifacts }) {
      insert.run(build.id, build.projectName, JSON.stringify(build), JSON.stringify(artifacts));
    },
    read(id) {
      const row = read.get(id) as BuildRow | undefined;
      return row && parse(row);
    },
    open: () => (open.all() as unknown as BuildRow[]).map(parse),
    save(build) {
      transaction(store, () => {
        update.run(JSON.stringify(build), build.buildComplete ? 1 : 0, build.id);
        if (build.buildComplete) forget.run(build.id);
      });
    },
    addGroup({ buildId, pgid, leaderStart }) {
      addGroup.run(buildId, pgid, leaderStart);
    },
    groups: (buildId) =>
      (groups.all(buildId) as unknown as { pgid: number; leader_start: string }[]).map((row) => ({
        buildId,
        pgid: row.pgid,
        leaderStart: row.leader_start,
      })),
  };
}
