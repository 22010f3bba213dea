import type { DeploymentSummary, DeploymentView } from '#schemas/api/deployment-view.ts';
import { approvalLines } from './approval-lines.ts';
import { duration } from './duration.ts';
import { failureLines } from './failure-lines.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { queueLine } from './queue-line.ts';
import { statusWord } from './status-word.ts';
import { stepLines } from './step-line.ts';

/** What goes where: `orders 3f2a1bc -> staging  dep_…`. */
export function headLine(deployment: DeploymentSummary, paint: Paint): string {
  const { service, commit, environment, id } = deployment;
  return `${paint.bold(`${service} ${commit.slice(0, 7)} → ${environment}`)}  ${paint.dim(id)}`;
}

/** How it ended, or stands: the status, how long, which version answers where, and why not. */
export function outcomeLines(deployment: DeploymentSummary, paint: Paint): readonly string[] {
  const { status, durationMs, failure } = deployment;
  const took = durationMs === undefined ? '' : ` in ${duration(durationMs)}`;
  return [
    `${statusWord(status, paint)}${took}${servesNow(deployment)}`,
    ...(failure ? failureLines(failure, paint) : []),
  ];
}

/** Which version has the traffic, where the end of the deployment says it for sure. */
function servesNow({ status, version, baselineVersion, url }: DeploymentSummary): string {
  const at = url === undefined ? '' : ` at ${url}`;
  if (status === 'succeeded' && version !== undefined) return `: version ${version}${at}`;
  if (status === 'rolled_back' && baselineVersion !== undefined)
    return `: version ${baselineVersion} serves again${at}`;
  return '';
}

/** Everything about a deployment on one screen. */
export function deploymentLines(deployment: DeploymentView, paint: Paint, nowMs: number): readonly string[] {
  const { subject, author, artifact, baselineVersion, supersededBy, actor, createdAt, run, cancel } = deployment;
  const { rollback, rolledBackBy } = deployment;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['commit', subject && `${printable(subject, false)}${author === undefined ? '' : `, ${printable(author, false)}`}`],
    ['asked for', `${createdAt} by ${actor}${run > 1 ? `, run ${run}` : ''}`],
    ['artifact', artifact && `${artifact.digest}, ${artifact.sizeBytes} bytes`],
    ['before', baselineVersion && `version ${baselineVersion}`],
    [
      'restores',
      rollback &&
        `the release of ${rollback.to}${rollback.reason === undefined ? '' : `: ${printable(rollback.reason, false)}`}`,
    ],
    ['takes away', rollback && rollback.of !== rollback.to ? rollback.of : undefined],
    ['taken away by', rolledBackBy],
    ['superseded by', supersededBy],
    [
      'cancelled',
      cancel &&
        `${cancel.at} by ${cancel.by}${cancel.reason === undefined ? '' : `: ${printable(cancel.reason, false)}`}`,
    ],
  ];
  return [
    headLine(deployment, paint),
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${paint.dim(name.padEnd(13))}  ${value}`])),
    '',
    ...stepLines(deployment.steps, { paint, nowMs }),
    ...approvalLines(deployment.approval, paint),
    ...(deployment.queue ? [`  ${queueLine(deployment.queue, nowMs)}`] : []),
    ...(deployment.steps.length > 0 ? [''] : []),
    ...outcomeLines(deployment, paint),
  ];
}
