import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { JournalRecord } from '#local/asl/entry.ts';
import { machineHistory, releaseHistory } from './machine-states.ts';
import type { WorkflowHost } from './workflow-host.ts';

const folder = new URL('../golden/deployment/', import.meta.url);

/**
 * Compares the history of a deployment's machine with the one in `test/golden/deployment`: every event by its kind and,
 * where it has them, its state and its error. Ids and times are left out.
 *
 * `UPDATE_GOLDEN=1 npx vitest run --project fast test/workflow/history.test.ts` writes the files anew; look at the
 * difference before committing it.
 */
export function expectGoldenHistory(host: WorkflowHost, deploymentId: string, name: string): void {
  const file = new URL(`${name}.history.txt`, folder);
  const history = historyText(host, deploymentId);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, history);
  expect(history).toBe(readFileSync(file, 'utf8'));
}

function historyText(host: WorkflowHost, deploymentId: string): string {
  const released = linesOf(releaseHistory(host, deploymentId));
  const lines = [
    ...linesOf(machineHistory(host, deploymentId)),
    // A rollback moves the traffic by itself.
    ...(released.length === 0 ? [] : ['', 'progressive-release', ...released]),
  ];
  return `${lines.join('\n')}\n`;
}

function linesOf(history: readonly JournalRecord[]): string[] {
  return history.map(({ entry }) =>
    [entry.kind, 'state' in entry && entry.state, 'error' in entry && entry.error].filter(Boolean).join(' '),
  );
}
