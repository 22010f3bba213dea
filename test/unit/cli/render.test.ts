import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../cli/parse-duration.ts';
import { deploymentLines, outcomeLines } from '../../../cli/render/deployment-lines.ts';
import { deploymentTable } from '../../../cli/render/deployment-table.ts';
import { duration } from '../../../cli/render/duration.ts';
import { failureLines } from '../../../cli/render/failure-lines.ts';
import { manifestFaultLines } from '../../../cli/render/manifest-faults.ts';
import { paintWhen } from '../../../cli/render/paint.ts';
import { printable } from '../../../cli/render/printable.ts';
import { redraw } from '../../../cli/render/redraw.ts';
import { changesBetween } from '../../../cli/render/step-changes.ts';
import { lastAttempts, stepLine, stepLines } from '../../../cli/render/step-line.ts';
import { table } from '../../../cli/render/table.ts';
import { cut, widthOf } from '../../../cli/render/width.ts';
import { wantsColour } from '../../../cli/terminal/output.ts';
import { nowMs } from './given-context.ts';
import { givenStatus, givenStep, givenView, id, summary } from './given-deployment.ts';

const plain = paintWhen(false);
const colours = paintWhen(true);

describe('a duration', () => {
  it.each([
    [-5, '0 ms'],
    [34, '34 ms'],
    [100, '0.1 s'],
    [1234, '1.2 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min'],
    [123_000, '2 min 3 s'],
    [3_599_600, '1 h'],
    [3_720_000, '1 h 2 min'],
    [100_800_000, '1 d 4 h'],
  ])('of %d ms reads %s', (milliseconds, text) => expect(duration(milliseconds)).toBe(text));

  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['15 min', 900_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ])('written %s is %d ms', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  it.each(['', '5', 'h', '-2h', '0s', '2h30m', '2 weeks'])('written "%s" is refused', (text) => {
    expect(() => parseDuration(text)).toThrow('like 90s');
  });
});

describe('text on a terminal', () => {
  it('is as wide as it looks', () => {
    expect([widthOf('abc'), widthOf('größe'), widthOf('日本'), widthOf('🚀'), widthOf('e\u0301')]).toEqual([
      3, 5, 4, 2, 1,
    ]);
    expect(widthOf(colours.red('abc'))).toBe(3);
  });

  it('is cut with an ellipsis and keeps the end of its colour', () => {
    expect(cut('abcdef', 6)).toBe('abcdef');
    expect(cut('abcdefg', 6)).toBe('abcde…');
    expect(cut('日本日本', 4)).toBe('日…');
    expect(cut(`${colours.red('abcdef')}gh`, 4)).toBe(colours.red('abc…'));
  });

  it('brings colours from elsewhere only where there are some, and never any other sequence', () => {
    const hostile = '\u001B[31mred\u001B[0m\u001B[2J\u001B]0;title\u0007\rback\u202E\tx';
    expect(printable(hostile, false)).toBe('red␍back\uFFFD    x');
    expect(printable(hostile, true)).toBe('\u001B[31mred\u001B[0m␍back\uFFFD    x\u001B[0m');
  });

  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
  ])('has colours by %o on a terminal (%s): %s', (env, isTerminal, expected) => {
    expect(wantsColour(env, isTerminal)).toBe(expected);
  });
});

describe('a table', () => {
  it('aligns what has colours or is wide, and leaves out a column that nobody fills', () => {
    expect(
      table(
        [
          ['a', '', colours.red('bb'), 'x'],
          ['日本', '', 'c', 'y'],
        ],
        ['ONE', 'NONE', 'TWO', 'END'],
      ).map((line) => line),
    ).toEqual(['ONE   TWO  END', `a     ${colours.red('bb')}   x`, '日本  c    y']);
  });

  it('of nothing has no header either', () => expect(table([], ['A'])).toEqual([]));

  it('of deployments has one a line', () => {
    const done = {
      ...summary,
      status: 'succeeded',
      version: '3',
      durationMs: 2314,
      subject: 'Fix\u001B[2J it',
    } as const;
    expect(deploymentTable([summary, done], plain, nowMs)).toEqual([
      'ID                              SERVICE  ENVIRONMENT  COMMIT   STATUS     VERSION  ASKED FOR  TOOK   SUBJECT',
      `${id}  orders   staging      3f2a1bc  queued              2 min ago`,
      `${id}  orders   staging      3f2a1bc  succeeded  3        2 min ago  2.3 s  Fix it`,
    ]);
  });
});

describe('a step', () => {
  const report = { type: 'junit', key: 'k', tests: 8, failures: 1, errors: 0, skipped: 0, failed: [] } as const;
  it.each([
    [givenStep(), undefined, '  … test      1.2 s  running'],
    [givenStep(), 0, '  ⠋ test      1.2 s'],
    [givenStep(), 11, '  ⠙ test      1.2 s'],
    [givenStep({ status: 'succeeded', durationMs: 123_000 }), 0, '  ✓ test      2 min 3 s'],
    [givenStep({ status: 'reused', durationMs: 0 }), 0, '  = test      reused'],
    [
      givenStep({ status: 'failed', durationMs: 800, reports: [{ ...report, failed: [] }] }),
      0,
      '  ✗ test      0.8 s  1 of 8 tests failed',
    ],
    [givenStep({ status: 'interrupted', durationMs: 800 }), 0, '  ! test      0.8 s  interrupted'],
    [
      givenStep({ name: 'rollback', status: 'succeeded', durationMs: 800, attempt: 2 }),
      0,
      '  ✓ rollback  0.8 s  attempt 2',
    ],
    [
      givenStep({ name: 'install', status: 'succeeded', durationMs: 300, cache: { hit: true, savedMs: 12_000 } }),
      0,
      '  ✓ install   0.3 s  cache: saved 12.0 s',
    ],
    [
      givenStep({
        name: 'install',
        status: 'succeeded',
        durationMs: 9_000,
        retries: [
          { reason: 'registry time-out', afterMs: 1_000 },
          { reason: 'registry time-out', afterMs: 3_000 },
        ],
      }),
      0,
      '  ✓ install   9.0 s  2 retries (registry time-out)',
    ],
    [
      givenStep({ name: 'sign', status: 'failed', durationMs: 90, triedAgain: 'throttled' }),
      0,
      '  ✗ sign      90 ms  throttled, tried again',
    ],
  ])('%o in frame %s', (step, frame, line) => {
    expect(stepLine(step, { paint: plain, nowMs, ...(frame !== undefined && { frame }) })).toBe(line);
  });

  it('is shown once, by its last attempt, at its place', () => {
    const steps = [
      givenStep({ name: 'source' }),
      givenStep({ attempt: 1 }),
      givenStep({ attempt: 2 }),
      givenStep({ name: 'verify' }),
    ];
    expect(lastAttempts(steps).map(({ name, attempt }) => `${name} ${attempt}`)).toEqual([
      'source 1',
      'test 2',
      'verify 1',
    ]);
  });

  it("says beneath it what became of its earlier attempts, where that was nobody's fault", () => {
    const steps = [
      givenStep({ attempt: 1, status: 'failed', durationMs: 90, triedAgain: 'throttled' }),
      givenStep({ attempt: 2, status: 'interrupted', durationMs: 90 }),
      givenStep({ attempt: 3, status: 'succeeded', durationMs: 90 }),
    ];
    expect(stepLines(steps, { paint: plain, nowMs })).toEqual([
      '  ✓ test      90 ms  attempt 3',
      '              attempt 1: throttled, tried again',
      '              attempt 2: interrupted, begun again',
    ]);
  });

  it('is a change when it is new or has another status', () => {
    const before = givenStatus({ steps: [givenStep({ name: 'source', status: 'succeeded' }), givenStep()] });
    const ended = givenStep({ status: 'failed' });
    const again = givenStep({ attempt: 2 });
    const after = givenStatus({ status: 'failed', steps: [...before.steps.slice(0, 1), ended, again] });
    expect(changesBetween(before, after)).toEqual([
      { kind: 'step', step: ended },
      { kind: 'step', step: again },
      { kind: 'status', status: 'failed' },
    ]);
    expect(changesBetween(after, after)).toEqual([]);
    expect(changesBetween(undefined, before)).toHaveLength(3);
  });
});

describe('a failure', () => {
  it('names the step, the tests, the end of the log and what to do', () => {
    const lines = failureLines(
      {
        code: 'step_failed',
        message: '1 of 8 tests failed.',
        step: 'test',
        failedTests: ['adds shipping'],
        logTail: ['\u001B[31mnot ok\u001B[39m', 'done'],
        nextAction: 'Fix it.',
      },
      plain,
    );
    expect(lines).toEqual([
      'test: 1 of 8 tests failed. (step_failed)',
      '  ✗ adds shipping',
      '  the last it wrote:',
      '  | not ok',
      '  | done',
      'Fix it.',
    ]);
  });
});

describe('the end of a deployment', () => {
  const url = 'http://orders.staging.localhost:8080';
  it.each([
    [{ status: 'succeeded', version: '3', url }, `succeeded in 1.2 s: version 3 at ${url}`],
    [
      { status: 'rolled_back', version: '3', baselineVersion: '2', url },
      `rolled back in 1.2 s: version 2 serves again at ${url}`,
    ],
    [{ status: 'failed', version: '3', baselineVersion: '2', url }, 'failed in 1.2 s'],
    [{ status: 'releasing', version: '3', baselineVersion: '2', url }, 'releasing in 1.2 s'],
  ] as const)('%o says what serves, where it is sure: %s', (end, line) => {
    expect(outcomeLines(givenView({ ...end, durationMs: 1234 }), plain)).toEqual([line]);
  });
});

describe('a deployment', () => {
  it('fits on one screen', () => {
    const view = givenView({
      status: 'succeeded',
      durationMs: 2314,
      version: '3',
      url: 'http://orders.staging.localhost:8080',
      subject: 'Fix the price',
      author: 'Ada',
      artifact: { digest: 'abc', sizeBytes: 1431, key: 'k' },
      baselineVersion: '2',
      steps: [givenStep({ status: 'succeeded', durationMs: 800 })],
    });
    expect(deploymentLines(view, plain, nowMs)).toEqual([
      `orders 3f2a1bc → staging  ${id}`,
      '  commit         Fix the price, Ada',
      '  asked for      2026-01-01T11:58:00.000Z by ada',
      '  artifact       abc, 1431 bytes',
      '  before         version 2',
      '',
      '  ✓ test      0.8 s',
      '',
      'succeeded in 2.3 s: version 3 at http://orders.staging.localhost:8080',
    ]);
  });
});

describe('the faults of a manifest', () => {
  const fault = { code: 'unknown_key', pointer: '/a', message: '`helthCheck` is not known.' };

  it('stand at their place, with a caret under wide characters and tabs too', () => {
    const text = 'name: orders\r\nx: "日本" \thelthCheck\n';
    const faults = [{ ...fault, line: 2, column: 10, suggestion: 'healthCheck' }];
    expect(manifestFaultLines('service.yaml', text, faults, plain)).toEqual([
      'service.yaml:2:10  `helthCheck` is not known.  (did you mean healthCheck?)',
      '    1 | name: orders',
      '    2 | x: "日本"     helthCheck',
      `      | ${' '.repeat(14)}^`,
    ]);
  });

  it('do not ask twice what was meant', () => {
    const faults = [{ ...fault, line: 1, column: 1, message: 'Did you mean `b`?', suggestion: 'b' }];
    expect(manifestFaultLines('f', 'a', faults, plain)[0]).toBe('f:1:1  Did you mean `b`?');
  });

  it('can lie behind the end of the file', () => {
    const lines = manifestFaultLines('f', 'a: 1\n', [{ ...fault, line: 2, column: 1 }], plain);
    expect(lines.slice(1)).toEqual(['    1 | a: 1', '    2 | ', '      | ^']);
    expect(manifestFaultLines('f', '', [{ ...fault, line: 1, column: 1 }], plain)).toHaveLength(3);
  });
});

describe('a block that is drawn again', () => {
  it('goes up over the last one and cuts what would wrap or scroll', () => {
    expect(redraw(0, ['a', 'b'], { columns: 10, rows: 10 })).toEqual({ text: '\u001B[0Ja\nb\n', height: 2 });
    expect(redraw(2, ['abcdefgh', 'b', 'c'], { columns: 5, rows: 3 })).toEqual({
      text: '\u001B[2A\r\u001B[0Jb\nc\n',
      height: 2,
    });
    expect(redraw(0, ['abcdefgh'], { columns: 5, rows: 3 }).text).toBe('\u001B[0Jabc…\n');
  });
});
