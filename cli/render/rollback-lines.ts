import type { DeploymentSummary } from '#schemas/api/deployment-view.ts';
import type { RollbackCheck, RollbackTarget } from '#schemas/api/list-rollback-targets.ts';
import { duration } from './duration.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

const header = ['', 'ID', 'VERSION', 'COMMIT', 'RELEASED', 'BY', 'ROLLBACK', 'SUBJECT'];

/** The releases of an environment, one a line: which one serves, and which ones can be gone back to. */
export function rollbackTable(items: readonly RollbackTarget[], paint: Paint, nowMs: number): readonly string[] {
  const rows = items.map((item) => [
    item.serves ? paint.green('●') : ' ',
    item.deploymentId,
    item.version,
    item.commit.slice(0, 7),
    `${duration(nowMs - Date.parse(item.releasedAt))} ago`,
    printable(item.actor, false),
    standingOf(item, paint),
    printable(item.subject ?? '', false),
  ]);
  return table(rows, header.map(paint.dim));
}

/** In a word or two: the reason stands in the checks. */
function standingOf({ serves, feasible, standard, checks, rolledBackBy }: RollbackTarget, paint: Paint): string {
  if (serves && !standard) return paint.green('serves now');
  if (!feasible) {
    const missing = checks.filter(({ ok }) => !ok).map(({ check }) => check);
    return paint.red(`not possible: ${missing.join(', ')}`);
  }
  const notes = [standard ? 'next' : 'possible', ...(rolledBackBy === undefined ? [] : ['was rolled back'])];
  return notes.join(', ');
}

/** What would be rolled back, to what, and what was found out about it. */
export function rollbackLines(
  from: DeploymentSummary | undefined,
  to: RollbackTarget,
  { environment, paint, nowMs }: { readonly environment: string; readonly paint: Paint; readonly nowMs: number },
): readonly string[] {
  const ago = (instant: string): string => `${duration(nowMs - Date.parse(instant))} ago`;
  const rows = [
    ...(from ? [row('from', { ...from, id: from.id, when: ago(from.finishedAt ?? from.createdAt) }, paint)] : []),
    row('to', { ...to, id: to.deploymentId, when: ago(to.releasedAt) }, paint),
  ];
  return [
    paint.bold(`${from?.service ?? 'Rollback'} in ${environment}`),
    ...table(rows),
    '',
    ...checkLines(to.checks, paint),
    '',
    to.effect,
  ];
}

interface Release {
  readonly id: string;
  readonly version?: string | undefined;
  readonly commit: string;
  readonly actor: string;
  readonly subject?: string | undefined;
  readonly when: string;
}

function row(label: string, { id, version, commit, actor, subject, when }: Release, paint: Paint): readonly string[] {
  return [
    `  ${paint.dim(label)}`,
    `version ${version ?? '?'}`,
    commit.slice(0, 7),
    `${when} by ${printable(actor, false)}`,
    paint.dim(id),
    printable(subject ?? '', false),
  ];
}

function checkLines(checks: readonly RollbackCheck[], paint: Paint): readonly string[] {
  return table(
    checks.map(({ check, ok, message }) => [
      `  ${ok ? paint.green('✓') : paint.red('✗')} ${check}`,
      printable(message, false),
    ]),
  );
}
