import type { DeploymentTraceView, TraceSpanView } from '#schemas/api/get-deployment-trace.ts';
import { bar } from './bar.ts';
import { duration } from './duration.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { cut, padEnd, widthOf } from './width.ts';

interface TraceLook {
  readonly paint: Paint;
  /** Now, in milliseconds since the epoch: how long what is under way has taken. */
  readonly nowMs: number;
  /** Width of the terminal. */
  readonly columns: number;
}

/** A bar that is shorter than this says less than the numbers beside it. */
const shortestBar = 10;
const longestBar = 60;

/** The spans as a tree, each with its bar on one common scale of time. */
export function traceLines({ traceId, spans }: DeploymentTraceView, look: TraceLook): readonly string[] {
  const { paint, nowMs, columns } = look;
  const rows = branches(spans).map(({ span, branch }) => {
    const startMs = Date.parse(span.startedAt);
    const endMs = span.finishedAt === undefined ? Math.max(startMs, nowMs) : Date.parse(span.finishedAt);
    const name = `${paint.dim(branch)}${mark(span, paint)} ${printable(span.name, false)}`;
    return { span, name, startMs, endMs, took: duration(endMs - startMs), note: noteOf(span) };
  });
  const scale = {
    fromMs: Math.min(...rows.map(({ startMs }) => startMs)),
    toMs: Math.max(...rows.map(({ endMs }) => endMs)),
  };
  const nameWidth = Math.max(0, ...rows.map(({ name }) => widthOf(name)));
  const tookWidth = Math.max(0, ...rows.map(({ took }) => widthOf(took)));
  const noteWidth = Math.max(0, ...rows.map(({ note }) => widthOf(note)));
  const room = columns - nameWidth - tookWidth - 4 - (noteWidth > 0 ? noteWidth + 2 : 0);
  const barWidth = room < shortestBar ? 0 : Math.min(room, longestBar);
  const lines = rows.map(({ span, name, startMs, endMs, took, note }) => {
    const drawn = barWidth === 0 ? '' : bar({ startMs, endMs, ...scale, columns: barWidth });
    const cells = [
      padEnd(name, nameWidth),
      took.padStart(tookWidth),
      ...(drawn === '' ? [] : [padEnd(tone(span, paint)(drawn), note === '' ? 0 : barWidth)]),
      ...(note === '' ? [] : [paint.dim(note)]),
    ];
    return cut(cells.join('  '), columns);
  });
  return [`${paint.bold('trace')} ${traceId}`, '', ...lines, ...messages(spans, paint)];
}

interface Branch {
  readonly span: TraceSpanView;
  /** The lines that lead from its parent to it. */
  readonly branch: string;
}

function branches(spans: readonly TraceSpanView[]): readonly Branch[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const children = Map.groupBy(spans, ({ parentSpanId }) =>
    parentSpanId !== undefined && known.has(parentSpanId) ? parentSpanId : '',
  );
  const below = (parent: string, indent: string): readonly Branch[] =>
    (children.get(parent) ?? []).flatMap((span, index, siblings) => {
      const last = index === siblings.length - 1;
      // Roots stand at the margin.
      const [own, rest] = parent === '' ? ['', ''] : last ? ['└─ ', '   '] : ['├─ ', '│  '];
      return [{ span, branch: `${indent}${own}` }, ...below(span.spanId, `${indent}${rest}`)];
    });
  return below('', '');
}

function mark({ outcome }: TraceSpanView, paint: Paint): string {
  const marks = {
    running: paint.cyan('…'),
    success: paint.green('✓'),
    skip: paint.green('='),
    failure: paint.red('✗'),
    error: paint.red('✗'),
    timeout: paint.red('✗'),
    cancellation: paint.yellow('!'),
  } as const satisfies Record<TraceSpanView['outcome'], string>;
  return marks[outcome];
}

function tone({ outcome }: TraceSpanView, paint: Paint): (text: string) => string {
  if (outcome === 'failure' || outcome === 'error' || outcome === 'timeout') return paint.red;
  return outcome === 'cancellation' ? paint.yellow : paint.cyan;
}

function noteOf({ attributes, run, name, outcome }: TraceSpanView): string {
  const attempt = attributes['deployment_service.attempt'];
  return [
    ...(name.startsWith('deployment') && run > 1 ? [`run ${run}`] : []),
    ...(typeof attempt === 'number' && attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(outcome === 'timeout' || outcome === 'cancellation' ? [outcome] : []),
  ].join(', ');
}

/** What went wrong, said once: the run ends with the words of the step that ended it. */
function messages(spans: readonly TraceSpanView[], paint: Paint): readonly string[] {
  const said = new Map(
    spans.flatMap(({ message, name }) => (message === undefined ? [] : [[printable(message, false), name]])),
  );
  if (said.size === 0) return [];
  return ['', ...[...said].map(([message, name]) => `${paint.red('✗')} ${name}: ${message}`)];
}
