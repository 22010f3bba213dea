import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { virtualClock } from '#local/clock.ts';
import { names } from '#local/stack/names.ts';
import { openStore } from '#local/store.ts';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { commitNamed, playIn, registerService } from './deployment-scenario.ts';
import { openWorkflowHost, type WorkflowHost } from './workflow-host.ts';

const startMs = Date.UTC(2026, 0, 15);
const logLines = 120;

/** What an installation has after three releases of one service to one environment. */
export interface PastReleases {
  /** The first is no longer anything to go back to, the second is, the third serves. */
  readonly deployments: readonly DeploymentView[];
  /** A host on a copy of that installation, so many days after the releases. */
  open(days: number): Promise<WorkflowHost>;
  close(): void;
}

/** Three releases, each with a log of its own. */
export async function pastReleases(): Promise<PastReleases> {
  const folder = mkdtempSync(join(tmpdir(), 'aged-'));
  const origin = join(folder, 'origin');
  const host = await openIn(origin, startMs);
  const { given, when } = playIn(host, []);
  await registerService(host);
  const deployments: DeploymentView[] = [];
  for (const digit of ['a', 'b', 'c']) {
    given.source({ commit: commitNamed(digit) });
    const { view } = (await when.deploys({ commit: commitNamed(digit) })).status('succeeded');
    for (let from = 0; from < logLines; from += 10) await host.deps.logs.append(linesOf(view.id, from));
    deployments.push(view);
  }
  await host.close();
  let copies = 0;
  return {
    deployments,
    open(days) {
      const copy = join(folder, `copy-${++copies}`);
      cpSync(origin, copy, { recursive: true });
      return openIn(copy, startMs + days * 24 * 3_600_000);
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Ten lines of a test's own, one chunk. */
function linesOf(deploymentId: string, from: number) {
  const events = Array.from({ length: 10 }, (_, index) => ({
    id: String(from + index).padStart(20, '0'),
    at: '2026-01-15T00:00:00.000Z',
    step: 'test',
    text: `line ${from + index} of ${deploymentId} ☃`,
  }));
  return { deploymentId, stream: 'a stream', events, streamEnded: false };
}

function openIn(folder: string, nowMs: number): Promise<WorkflowHost> {
  const directory = join(folder, 'state');
  mkdirSync(directory, { recursive: true });
  const store = openStore(join(folder, 'store.sqlite'));
  return openWorkflowHost({ store, directory, clock: virtualClock(nowMs) });
}

/** Keys of the rows of the table whose partition ends with an id. */
export async function rowsOf(host: WorkflowHost, id: string): Promise<readonly string[]> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(host.client));
  const keys: string[] = [];
  for await (const page of paginateScan({ client }, { TableName: names.table })) {
    for (const { pk, sk } of page.Items ?? []) if (String(pk).endsWith(`#${id}`)) keys.push(`${pk} ${sk}`);
  }
  return keys.toSorted();
}
