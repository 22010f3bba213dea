import { describe, expect, it } from 'vitest';
import type { DeploymentMetricsView } from '#schemas/api/get-deployment-metrics.ts';
import type { DeploymentTraceView, TraceSpanView } from '#schemas/api/get-deployment-trace.ts';
import { runDsctl } from '../../../cli/main.ts';
import { bar } from '../../../cli/render/bar.ts';
import { metricsLines } from '../../../cli/render/metrics-lines.ts';
import { paintWhen } from '../../../cli/render/paint.ts';
import { sparkline } from '../../../cli/render/sparkline.ts';
import { traceLines } from '../../../cli/render/trace-lines.ts';
import { widthOf } from '../../../cli/render/width.ts';
import { givenContext, json, nowMs } from './given-context.ts';
import { id } from './given-deployment.ts';

const plain = paintWhen(false);
const instant = (seconds: number): string => new Date(nowMs + seconds * 1000).toISOString();

/** A span of so many seconds before now; without an end it is under way. */
function span(number: number, name: string, from: number, to: number | undefined, more: Partial<TraceSpanView> = {}) {
  return {
    spanId: number.toString(16).padStart(16, '0'),
    ...(number > 1 && { parentSpanId: '1'.padStart(16, '0') }),
    name,
    run: 1,
    startedAt: instant(from),
    ...(to !== undefined && { finishedAt: instant(to), durationMs: (to - from) * 1000 }),
    outcome: to === undefined ? ('running' as const) : ('success' as const),
    attributes: {},
    ...more,
  };
}

const child = (parent: number) => ({ parentSpanId: parent.toString(16).padStart(16, '0') });
const trace: DeploymentTraceView = {
  deploymentId: id,
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  complete: true,
  spans: [
    span(1, 'deployment', -100, -20, { outcome: 'failure', message: '1 of 8 tests failed.' }),
    span(2, 'queue.wait', -100, -90),
    span(3, 'build', -90, -20, { outcome: 'failure' }),
    span(4, 'build.compile', -90, -50, { ...child(3), attributes: { 'deployment_service.attempt': 2 } }),
    span(5, 'tests.run', -50, -20, { ...child(3), outcome: 'failure', message: '1 of 8 tests failed.' }),
  ],
};

describe('dsctl trace', () => {
  const routes = { [`GET /v1/deployments/${id}/trace`]: () => json(trace) };

  it('draws the tree with a bar for each span on one scale', async () => {
    const { context, text } = givenContext({ routes });
    expect(await runDsctl(['trace', id], context)).toBe(0);
    expect(text.out.split('\n')).toEqual([
      'trace 4bf92f3577b34da6a3ce929d0e0e4736',
      '',
      '✗ deployment           1 min 20 s  ██████████████████████████████████',
      '├─ ✓ queue.wait            10.0 s  ████▎',
      '└─ ✗ build             1 min 10 s      █████████████████████████████▊',
      '   ├─ ✓ build.compile      40.0 s      █████████████████               attempt 2',
      '   └─ ✗ tests.run          30.0 s                       ████████████▊',
      '',
      '✗ tests.run: 1 of 8 tests failed.',
      '',
    ]);
  });

  it('is the document as it came when asked for', async () => {
    const { context, text } = givenContext({ routes });
    expect(await runDsctl(['trace', id, '--json'], context)).toBe(0);
    expect(JSON.parse(text.out)).toEqual(trace);
  });

  it.each([40, 60, 80, 132, 400])('fits into %d columns', (columns) => {
    for (const line of traceLines(trace, { paint: plain, nowMs, columns }).slice(2)) {
      expect(widthOf(line)).toBeLessThanOrEqual(columns);
    }
  });

  it('leaves the bars away where there is no room for them', () => {
    const text = traceLines(trace, { paint: plain, nowMs, columns: 40 }).join('\n');
    expect(text).toContain('✗ tests.run');
    expect(text).not.toContain('█');
  });

  it('lets what is under way reach up to now, and says which run a retry is', () => {
    const running: DeploymentTraceView = {
      ...trace,
      complete: false,
      spans: [
        span(1, 'deployment', -30, -20, { outcome: 'cancellation' }),
        span(2, 'deployment.retry', -10, undefined, { run: 2 }),
      ],
    };
    const [first, second] = traceLines(running, { paint: plain, nowMs, columns: 80 }).slice(2);
    expect(first).toMatch(/^! deployment +10\.0 s .*cancellation$/);
    expect(second).toMatch(/^└─ … deployment\.retry +10\.0 s +█+[▋-▏]? +run 2$/);
  });

  it('shows no control sequence of a message', () => {
    const evil = { ...trace, spans: [span(1, 'deployment', -1, 0, { message: 'a\u001B[2Jb', outcome: 'failure' })] };
    expect(traceLines(evil, { paint: plain, nowMs, columns: 80 }).join('\n')).not.toContain('\u001B');
  });
});

describe('a bar', () => {
  it.each([
    { startMs: 0, endMs: 100, is: '██████████' },
    { startMs: 0, endMs: 0, is: '▏' },
    { startMs: 100, endMs: 100, is: '         ▏' },
    { startMs: 50, endMs: 75, is: '     ██▌' },
    { startMs: 0, endMs: 99, is: '█████████▉' },
    { startMs: 30, endMs: 500, is: '   ███████' },
  ])('from $startMs to $endMs of 100 in ten columns is "$is"', ({ startMs, endMs, is }) => {
    expect(bar({ startMs, endMs, fromMs: 0, toMs: 100, columns: 10 })).toBe(is);
  });

  it('of a time that is over at once is there', () => {
    expect(bar({ startMs: 5, endMs: 5, fromMs: 5, toMs: 5, columns: 10 })).toBe('▏');
  });
});

it.each([
  { values: [], is: '' },
  { values: [0, 0], is: '  ' },
  { values: [1], is: '█' },
  { values: [1, 0, 4, 8], is: '▁ ▄█' },
  { values: [1, 1000], is: '▁█' },
])('$values as a line of bars is "$is"', ({ values, is }) => {
  expect(sparkline(values)).toBe(is);
});

const day = (number: number, total: number, failed = 0) => ({
  day: `2026-01-0${number}`,
  total,
  succeeded: total - failed,
  failed,
  rolledBack: 0,
});
const metrics: DeploymentMetricsView = {
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-04T00:00:00.000Z',
  complete: true,
  counts: {
    total: 13,
    succeeded: 10,
    failed: 1,
    rolledBack: 1,
    rollbackFailed: 0,
    cancelled: 1,
    superseded: 0,
    underWay: 0,
  },
  successRate: 10 / 12,
  duration: { medianMs: 12_000, p95Ms: 40_000 },
  queueWait: { medianMs: 10, p95Ms: 3000 },
  rollbacks: 1,
  failureReasons: [{ code: 'step_failed', count: 2 }],
  days: [day(1, 1), day(2, 0), day(3, 8, 2)],
};

describe('dsctl metrics', () => {
  it('asks for what it is told, and shows it in one table', async () => {
    const { context, text, requests } = givenContext({
      routes: { 'GET /v1/metrics/deployments': () => json(metrics) },
    });
    const argv = 'metrics --service orders --environment staging --since 7d';
    expect(await runDsctl(argv.split(' '), context)).toBe(0);
    expect(requests).toEqual([
      'GET /v1/metrics/deployments?service=orders&environment=staging&from=2025-12-25T12%3A00%3A00.000Z',
    ]);
    expect(text).toEqual({
      out: [
        'orders → staging  2026-01-01 to 2026-01-04',
        '',
        'deployments    13      ▁ █',
        'success rate   83.3 %  10 of 12',
        'duration       12.0 s  median, 95 % within 40.0 s',
        'queue wait     10 ms   median, 95 % within 3.0 s',
        'rollbacks      1',
        'failures       2         █',
        '  step_failed  2',
        'cancelled      1',
        '',
      ].join('\n'),
      err: '',
    });
  });

  it('is one document when asked for, and says when it is not about all', async () => {
    const cut = { ...metrics, complete: false };
    const { context, text } = givenContext({ routes: { 'GET /v1/metrics/deployments': () => json(cut) } });
    expect(await runDsctl(['metrics', '--json'], context)).toBe(0);
    expect(JSON.parse(text.out)).toEqual(cut);
    const people = givenContext({ routes: { 'GET /v1/metrics/deployments': () => json(cut) } });
    await runDsctl(['metrics'], people.context);
    expect(people.text.out).toContain('all services');
    expect(people.text.err).toContain('There are more deployments before these');
  });

  it('of nothing at all has no rate, and never rounds up to all', () => {
    const { successRate: _rate, duration: _duration, queueWait: _wait, ...rest } = metrics;
    const none = {
      ...rest,
      counts: { ...metrics.counts, total: 0, succeeded: 0 },
      failureReasons: [],
      days: [day(1, 0)],
    };
    expect(metricsLines(none, { paint: plain, columns: 80 })).toContain('duration      -');
    const nearly = metricsLines({ ...metrics, successRate: 0.9999 }, { paint: plain, columns: 80 }).join('\n');
    expect(nearly).toContain('99.9 %');
    expect(metricsLines({ ...metrics, successRate: 1 }, { paint: plain, columns: 80 }).join('\n')).toContain('100 %');
  });

  it.each([['--since', 'yesterday', 'like 90s']])('refuses %s %s', async (name, value, message) => {
    const { context, text } = givenContext();
    expect(await runDsctl(['metrics', name, value], context)).toBe(2);
    expect(text.err).toContain(message);
  });
});
