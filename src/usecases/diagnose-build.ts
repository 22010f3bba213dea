import { diagnoseBuild as diagnose } from '#domain/deployment/diagnose-build.ts';
import { clipped, streamEndLine } from '#domain/log/log-line.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { LogLine } from '#ports/log-store.ts';
import { fetchFailureIn } from '#schemas/workflows/fetch-failure.ts';
import type { DiagnoseBuildTask } from '#schemas/workflows/deployment-task.ts';
import { closeStep } from './run-step.ts';

/**
 * Says what to do after a build that did not succeed: begin it again when its runner was lost.
 *
 * @throws Refusal that ends the deployment when it failed by its own fault
 */
export async function diagnoseBuild(
  deps: Pick<Deps, 'deployments' | 'logs' | 'clock' | 'digest'>,
  task: DiagnoseBuildTask,
): Promise<{ readonly next: 'again' }> {
  const record = await deps.deployments.load(task.deploymentId);
  if (!record) throw new Refusal('not_found', `There is no deployment ${task.deploymentId}.`);
  const status = buildStatusOf(task);
  const diagnosis = diagnose(record.steps, task.run, { status, began: hasBegun(task), lost: task.lost });
  if (diagnosis.kind === 'again') return { next: 'again' };

  const { failure } = diagnosis;
  const open = record.steps.findLast((step) => step.status === 'running');
  if (!open) throw new Refusal(failure.code, failure.message);
  const tail = await deps.logs.tail(task.deploymentId, 20);
  // Only a build that ended by itself had last words; one that was cut off was just saying how it went.
  const message = (status === 'FAILED' ? lastWords(tail) : undefined) ?? failure.message;
  const logTail = clipped(tail.map((line) => line.text));
  // Only the kit writes while the source is fetched: what looks like its words are its words.
  const { says: _, ...named } = (open.name === 'source' && fetchFailureIn(message)) || { says: '', ...failure };
  await closeStep(deps, open, { failure: { ...failure, ...named, message, step: open.name, logTail } });
  throw new Refusal(named.code, message);
}

/** The runner's own words before its closing line name the fault better than an exit code does. */
function lastWords(tail: readonly LogLine[]): string | undefined {
  const said = tail.filter(({ step, text }) => step === 'runner' && text !== streamEndLine);
  const own = said.filter(({ text }) => !text.startsWith('[Container] '));
  return (own.at(-1) ?? said.at(-1))?.text;
}

/** Step Functions gives the build as JSON in the cause; a build that never began has none. */
function buildStatusOf({ cause, error }: DiagnoseBuildTask): string {
  if (error === 'States.Timeout') return 'TIMED_OUT';
  const status = /"BuildStatus"\s*:\s*"([A-Z_]+)"/.exec(cause)?.[1];
  return status ?? 'FAULT';
}

/** Phases of a build that runs on no machine. */
const idlePhases = ['SUBMITTED', 'QUEUED', 'COMPLETED'];

/** False only for a build whose phases say that it never left the queue. */
function hasBegun({ cause }: DiagnoseBuildTask): boolean {
  const phases = [...cause.matchAll(/"PhaseType"\s*:\s*"([A-Z_]+)"/g)].map(([, phase = '']) => phase);
  return phases.length === 0 || phases.some((phase) => !idlePhases.includes(phase));
}
