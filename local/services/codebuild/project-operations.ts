import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { nameOf, projectArn } from './codebuild-arn.ts';
import { parseInput } from './codebuild-input.ts';
import { pageOf } from './page-of.ts';
import { projectShape, type ProjectSettings } from './project-shapes.ts';

interface ProjectRow {
  readonly name: string;
  readonly settings: string;
  readonly created: number;
  readonly modified: number;
}

const changeInput = z.strictObject({ ...projectShape.partial().shape, name: projectShape.shape.name });
const namesInput = z.strictObject({ names: z.array(z.string()).min(1).max(100) });
const nameInput = z.strictObject({ name: z.string() });
const listInput = z.strictObject({
  sortBy: z.enum(['NAME', 'CREATED_TIME', 'LAST_MODIFIED_TIME']).default('NAME'),
  sortOrder: z.enum(['ASCENDING', 'DESCENDING']).default('ASCENDING'),
  nextToken: z.string().optional(),
});
const COLUMNS = { NAME: 'name', CREATED_TIME: 'created', LAST_MODIFIED_TIME: 'modified' } as const;

/**
 * The settings of a project, by name or ARN.
 *
 * @throws ServiceFault `ResourceNotFoundException`
 */
export function findProject(store: DatabaseSync, nameOrArn: string): ProjectSettings {
  return JSON.parse(findRow(store, nameOf(nameOrArn)).settings) as ProjectSettings;
}

export function projectOperations(store: DatabaseSync, clock: HostClock): Record<string, Operation> {
  return {
    CreateProject(input) {
      const settings = parseInput(projectShape, input);
      const made = store
        .prepare(
          'INSERT INTO codebuild_project (name, settings, created, modified) VALUES (?, ?, ?3, ?3) ON CONFLICT DO NOTHING',
        )
        .run(settings.name, JSON.stringify(settings), clock.now());
      if (made.changes === 0) {
        throw new ServiceFault(
          'ResourceAlreadyExistsException',
          `Project already exists: ${projectArn(settings.name)}`,
        );
      }
      return { project: describe(findRow(store, settings.name)) };
    },
    UpdateProject(input) {
      const change = parseInput(changeInput, input);
      const settings = { ...findProject(store, change.name), ...change };
      store
        .prepare('UPDATE codebuild_project SET settings = ?, modified = ? WHERE name = ?')
        .run(JSON.stringify(settings), clock.now(), settings.name);
      return { project: describe(findRow(store, settings.name)) };
    },
    BatchGetProjects(input) {
      const { names } = parseInput(namesInput, input);
      const rows = names.map((name) => readRow(store, nameOf(name)));
      return {
        projects: rows.flatMap((row) => (row ? [describe(row)] : [])),
        projectsNotFound: names.filter((_, index) => !rows[index]),
      };
    },
    ListProjects(input) {
      const { sortBy, sortOrder, nextToken } = parseInput(listInput, input);
      const direction = sortOrder === 'ASCENDING' ? 'ASC' : 'DESC';
      const rows = store
        .prepare(`SELECT name FROM codebuild_project ORDER BY ${COLUMNS[sortBy]} ${direction}, name ${direction}`)
        .all() as unknown as { name: string }[];
      const { page, next } = pageOf(rows, nextToken);
      return { projects: page.map(({ name }) => name), nextToken: next };
    },
    DeleteProject(input) {
      const { name } = parseInput(nameInput, input);
      // As on AWS: its builds stay readable, and deleting what is gone is no error.
      store.prepare('DELETE FROM codebuild_project WHERE name = ?').run(nameOf(name));
    },
  };
}

function readRow(store: DatabaseSync, name: string): ProjectRow | undefined {
  return store.prepare('SELECT * FROM codebuild_project WHERE name = ?').get(name) as ProjectRow | undefined;
}

function findRow(store: DatabaseSync, name: string): ProjectRow {
  const row = readRow(store, name);
  if (!row) throw new ServiceFault('ResourceNotFoundException', `Project cannot be found: ${projectArn(name)}`);
  return row;
}

function describe(row: ProjectRow) {
  const settings = JSON.parse(row.settings) as ProjectSettings;
  return {
    timeoutInMinutes: 60,
    queuedTimeoutInMinutes: 480,
    cache: { type: 'NO_CACHE' },
    ...settings,
    environment: { environmentVariables: [], privilegedMode: false, ...settings.environment },
    arn: projectArn(row.name),
    badge: { badgeEnabled: false },
    created: row.created / 1000,
    lastModified: row.modified / 1000,
  };
}
