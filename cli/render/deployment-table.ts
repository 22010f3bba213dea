import type { DeploymentSummary } from '#schemas/api/deployment-view.ts';
import { duration } from './duration.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { statusWord } from './status-word.ts';
import { table } from './table.ts';

const header = ['ID', 'SERVICE', 'ENVIRONMENT', 'COMMIT', 'STATUS', 'VERSION', 'ASKED FOR', 'TOOK', 'SUBJECT'];

/** Deployments, one a line. */
export function deploymentTable(items: readonly DeploymentSummary[], paint: Paint, nowMs: number): readonly string[] {
  const rows = items.map((item) => [
    item.id,
    item.service,
    item.environment,
    item.commit.slice(0, 7),
    statusWord(item.status, paint),
    item.version ?? '',
    `${duration(nowMs - Date.parse(item.createdAt))} ago`,
    item.durationMs === undefined ? '' : duration(item.durationMs),
    printable(item.subject ?? '', false),
  ]);
  return table(rows, header.map(paint.dim));
}
