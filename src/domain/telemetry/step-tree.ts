import type { AttributeValue, Span } from './span.ts';
import type { Deployment, Step } from '../deployment/deployment.ts';
import { isBuildStage, stepCatalog } from '../deployment/steps.ts';
import { scrub } from '../redaction/scrub.ts';
import { stepAttributes } from './attributes-of.ts';
import { outcomeOfStep } from './outcome-of.ts';
import { otherSpans, stepSpans } from './step-spans.ts';

/** What all spans of one run have in common. */
export interface SpanMaker {
  /** The id of a piece of the deployment, such as `step/test/2`. */
  readonly id: (what: string) => string;
  readonly shared: Readonly<Record<string, AttributeValue>>;
  readonly run: number;
}

/** The spans of a run's steps beneath its root: each attempt one, and the stages of one build beneath that build. */
export function stepTree(steps: readonly Step[], root: Span, deployment: Deployment, make: SpanMaker): readonly Span[] {
  const inTime = steps.toSorted((one, two) => one.startedAtMs - two.startedAtMs || numberOf(one) - numberOf(two));
  const groups = Object.values(Object.groupBy(inTime, groupOf)).map((group = []) => group);
  return groups.flatMap((group) => {
    const [first] = group;
    if (!first || !isBuildStage(first.name)) return group.map((step) => stepSpan(step, root.id, deployment, make));
    const over = root.finishedAtMs !== undefined || isBuildOver(group, inTime);
    const build = buildSpan(group, groupOf(first), root.id, deployment, { over, make });
    return [build, ...group.map((step) => stepSpan(step, build.id, deployment, make))];
  });
}

function stepSpan(step: Step, parentId: string, deployment: Deployment, { id, run, shared }: SpanMaker): Span {
  const { name, attempt, startedAtMs, durationMs, failure } = step;
  const outcome = outcomeOfStep(step, isWanted(deployment));
  return {
    id: id(`step/${name}/${attempt}`),
    parentId,
    name: stepSpans[name].name,
    kind: 'internal',
    run,
    startedAtMs,
    ...(durationMs !== undefined && { finishedAtMs: startedAtMs + durationMs }),
    outcome,
    ...(failure && { message: scrub(failure.message) }),
    attributes: { ...shared, ...stepAttributes(step, outcome) },
  };
}

interface BuildEnd {
  readonly over: boolean;
  readonly make: SpanMaker;
}

function buildSpan(
  stages: readonly Step[],
  group: string,
  parentId: string,
  deployment: Deployment,
  { over, make: { id, run, shared } }: BuildEnd,
): Span {
  const startedAtMs = Math.min(...stages.map((stage) => stage.startedAtMs));
  const finishedAtMs = Math.max(...stages.map((stage) => stage.startedAtMs + (stage.durationMs ?? 0)));
  const outcomes = stages.map((stage) => outcomeOfStep(stage, isWanted(deployment)));
  const bad = outcomes.find((each) => each !== 'success' && each !== 'skip' && each !== 'running');
  const outcome = !over ? 'running' : (bad ?? (outcomes.every((each) => each === 'skip') ? 'skip' : 'success'));
  return {
    id: id(`build/${group}`),
    parentId,
    name: otherSpans.build,
    kind: 'internal',
    run,
    startedAtMs,
    ...(over && { finishedAtMs }),
    outcome,
    attributes: {
      ...shared,
      'cicd.pipeline.task.name': otherSpans.build,
      'cicd.pipeline.task.type': 'build',
      ...(outcome !== 'running' && { 'cicd.pipeline.task.run.result': outcome }),
    },
  };
}

/** Between two stages nothing runs, and the build goes on all the same. */
function isBuildOver(stages: readonly Step[], all: readonly Step[]): boolean {
  if (stages.some(({ status }) => status === 'running')) return false;
  if (stages.some(({ name, status }) => name === 'bundle' || status === 'failed' || status === 'interrupted')) {
    return true;
  }
  const last = stages.at(-1);
  return last !== undefined && all.indexOf(last) < all.length - 1;
}

/** The stages of one build together; every other step by itself, with all its attempts apart. */
function groupOf({ name, attempt, run, buildId, status }: Step): string {
  if (!isBuildStage(name)) return `${name}/${attempt}`;
  return status === 'reused' ? `${run}/reused` : `${run}/${buildId ?? 'unknown'}`;
}

/** Whether what was cut off was cut off because somebody wanted the end. */
function isWanted({ status, cancel }: Deployment): boolean {
  return cancel !== undefined || status === 'superseded';
}

function numberOf({ name }: Step): number {
  return stepCatalog[name].number;
}
