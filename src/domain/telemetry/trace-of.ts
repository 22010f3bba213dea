import type { Deployment, DeploymentRecord, Step } from '../deployment/deployment.ts';
import { isTerminal } from '../deployment/transitions.ts';
import { scrub } from '../redaction/scrub.ts';
import { runAttributes, sharedAttributes } from './attributes-of.ts';
import { outcomeOfFailure, outcomeOfRun } from './outcome-of.ts';
import type { Span, Trace } from './span.ts';
import { stepTree, type SpanMaker } from './step-tree.ts';
import { otherSpans } from './step-spans.ts';

/**
 * The trace of a deployment, from its record alone: whoever computes it gets the same spans under the same ids, so that
 * it can be told again without telling anything twice.
 *
 * The root is the first run; further runs lie beneath it, since what has been exported of it cannot grow any more.
 *
 * @param hash SHA-256 of a text, as hexadecimal digits
 */
export function traceOf(record: DeploymentRecord, hash: (text: string) => string): Trace {
  const { deployment } = record;
  const makerOf = (run: number): SpanMaker => ({
    id: (what) => hash(`${deployment.id}/${what}`).slice(0, 16),
    shared: sharedAttributes(deployment, run),
    run,
  });
  const runs = Array.from({ length: deployment.run }, (_, index) => index + 1);
  return { traceId: deployment.traceId, spans: runs.flatMap((run) => spansOfRun(record, run, makerOf(run))) };
}

/** The last run that is over, if any: what there is to export. */
export function lastEndedRun({ run, status }: Deployment): number {
  return isTerminal(status) ? run : run - 1;
}

function spansOfRun({ deployment, steps }: DeploymentRecord, run: number, make: SpanMaker): readonly Span[] {
  const own = steps.filter((step) => step.run === run);
  const root = run === deployment.run ? presentRun(deployment, make) : earlierRun(deployment, own, make);
  if (!root) return [];
  const queue = run === deployment.run ? queueSpan(deployment, root.id, make) : [];
  return [root, ...queue, ...stepTree(own, root, deployment, make)];
}

function presentRun(deployment: Deployment, make: SpanMaker): Span {
  const { failure, finishedAtMs, status } = deployment;
  const outcome = outcomeOfRun(deployment);
  return {
    ...headOf(make),
    startedAtMs: queuedMs(deployment),
    ...(isTerminal(status) && finishedAtMs !== undefined && { finishedAtMs }),
    outcome,
    ...(failure && { message: scrub(failure.message) }),
    attributes: { ...make.shared, ...runAttributes(deployment, outcome, failure?.code) },
  };
}

/** The record keeps the end of the present run only; of an earlier one its steps tell. Only failed and cancelled ones are tried again. */
function earlierRun(deployment: Deployment, own: readonly Step[], make: SpanMaker): Span | undefined {
  const starts = own.map(({ startedAtMs }) => startedAtMs);
  const startedAtMs = make.run === 1 ? deployment.createdAtMs : Math.min(...starts);
  // Cancelled before its first step began: nothing is known of it but that it was.
  if (!Number.isFinite(startedAtMs)) return undefined;
  const failure = own.findLast(({ status }) => status === 'failed')?.failure;
  const outcome = failure ? outcomeOfFailure(failure.code) : 'cancellation';
  const { kind, correlationId } = deployment;
  return {
    ...headOf(make),
    startedAtMs,
    finishedAtMs: Math.max(startedAtMs, ...own.map(endMs)),
    outcome,
    ...(failure && { message: scrub(failure.message) }),
    attributes: {
      ...make.shared,
      'cicd.pipeline.result': outcome,
      'deployment.status': 'failed',
      ...(failure && { 'error.type': failure.code }),
      'deployment_service.kind': kind,
      'deployment_service.correlation_id': correlationId,
    },
  };
}

function headOf({ id, run }: SpanMaker): Pick<Span, 'id' | 'parentId' | 'name' | 'kind' | 'run'> {
  return run === 1
    ? { id: id('run/1'), name: otherSpans.run, kind: 'server', run }
    : { id: id(`run/${run}`), parentId: id('run/1'), name: otherSpans.retry, kind: 'server', run };
}

/** From when it was asked for until it got its slot, or gave up waiting for it. */
function queueSpan(deployment: Deployment, parentId: string, { id, run, shared }: SpanMaker): readonly Span[] {
  const { startedAtMs, finishedAtMs, status } = deployment;
  const end = startedAtMs ?? (isTerminal(status) ? finishedAtMs : undefined);
  const gaveUp = status === 'superseded' ? 'skip' : 'cancellation';
  return [
    {
      id: id(`queue/${run}`),
      parentId,
      name: otherSpans.queue,
      kind: 'internal',
      run,
      startedAtMs: queuedMs(deployment),
      ...(end !== undefined && { finishedAtMs: end }),
      outcome: startedAtMs !== undefined ? 'success' : end === undefined ? 'running' : gaveUp,
      attributes: shared,
    },
  ];
}

function queuedMs({ queuedAtMs, createdAtMs }: Deployment): number {
  return queuedAtMs ?? createdAtMs;
}

function endMs({ startedAtMs, durationMs = 0 }: Step): number {
  return startedAtMs + durationMs;
}
