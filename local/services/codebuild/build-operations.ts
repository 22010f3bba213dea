import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';
import type { BuildAnnouncer } from './announce-builds.ts';
import type { StoredBuild } from './build-record.ts';
import type { BuildStore } from './build-store.ts';
import { nameOf } from './codebuild-arn.ts';
import { invalidInput, parseInput } from './codebuild-input.ts';
import type { BuildHost } from './host-builds.ts';
import { pageOf } from './page-of.ts';
import { planBuild, startBuildInput, type StartBuildInput } from './plan-build.ts';
import { findProject } from './project-operations.ts';

const TOKEN_LIFE_MS = 5 * 60_000;

const sortOrder = z.enum(['ASCENDING', 'DESCENDING']).default('DESCENDING');
const idsInput = z.strictObject({ ids: z.array(z.string()).min(1).max(100) });
const stopInput = z.strictObject({ id: z.string() });
const listInput = z.strictObject({ sortOrder, nextToken: z.string().optional() });
const listForProjectInput = z.strictObject({ projectName: z.string(), ...listInput.shape });

export function buildOperations(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly builds: BuildStore;
  readonly announcer: BuildAnnouncer;
  readonly host: BuildHost;
}): Record<string, Operation> {
  const { store, clock, builds, announcer, host } = options;

  const create = (request: StartBuildInput): StoredBuild => {
    const project = findProject(store, request.projectName);
    const { builds: buildNumber } = store
      .prepare('UPDATE codebuild_project SET builds = builds + 1 WHERE name = ? RETURNING builds')
      .get(project.name) as { builds: number };
    const stored = planBuild({ project, request, buildNumber, now: clock.now() });
    builds.insert(stored);
    announcer.add(stored.build);
    return stored;
  };
  const list = (where: string, values: readonly string[], request: z.output<typeof listInput>) => {
    const direction = request.sortOrder === 'ASCENDING' ? 'ASC' : 'DESC';
    const rows = store
      .prepare(`SELECT id FROM codebuild_build ${where} ORDER BY seq ${direction}`)
      .all(...values) as unknown as { id: string }[];
    const { page, next } = pageOf(rows, request.nextToken);
    return { ids: page.map(({ id }) => id), nextToken: next };
  };

  return {
    StartBuild(input) {
      const request = parseInput(startBuildInput, input);
      const { known, stored } = transaction(store, () => {
        const earlier = earlierBuild(store, clock.now(), request);
        const before = earlier === undefined ? undefined : builds.read(earlier);
        if (before) return { known: true, stored: before };
        const made = create(request);
        keepToken(store, clock.now(), request, made.build.id);
        return { known: false, stored: made };
      });
      if (!known) {
        announcer.deliver();
        host.submit(stored);
      }
      return { build: stored.build };
    },
    StopBuild(input) {
      const id = nameOf(parseInput(stopInput, input).id);
      if (!builds.read(id)) throw new ServiceFault('ResourceNotFoundException', `Build cannot be found: ${id}`);
      host.stop(id);
      return { build: builds.read(id)?.build };
    },
    BatchGetBuilds(input) {
      const { ids } = parseInput(idsInput, input);
      const found = ids.map((id) => builds.read(nameOf(id))?.build);
      return {
        builds: found.filter((build) => build !== undefined),
        buildsNotFound: ids.filter((_, index) => !found[index]),
      };
    },
    ListBuilds: (input) => list('', [], parseInput(listInput, input)),
    ListBuildsForProject(input) {
      const { projectName, ...request } = parseInput(listForProjectInput, input);
      const { name } = findProject(store, projectName);
      return list('WHERE project = ?', [name], request);
    },
  };
}

/** The build that a request with the same token began within five minutes. */
function earlierBuild(store: DatabaseSync, now: number, request: StartBuildInput): string | undefined {
  if (request.idempotencyToken === undefined) return undefined;
  store.prepare('DELETE FROM codebuild_token WHERE expires <= ?').run(now);
  const row = store.prepare('SELECT * FROM codebuild_token WHERE token = ?').get(request.idempotencyToken) as
    | { request: string; build_id: string }
    | undefined;
  if (row && row.request !== digestOf(request)) {
    throw invalidInput('The idempotency token was used before with other parameters.');
  }
  return row?.build_id;
}

function keepToken(store: DatabaseSync, now: number, request: StartBuildInput, buildId: string): void {
  if (request.idempotencyToken === undefined) return;
  store
    .prepare('INSERT INTO codebuild_token (token, request, build_id, expires) VALUES (?, ?, ?, ?)')
    .run(request.idempotencyToken, digestOf(request), buildId, now + TOKEN_LIFE_MS);
}

function digestOf(request: StartBuildInput): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}
