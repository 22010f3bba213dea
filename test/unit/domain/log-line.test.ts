import { expect, test } from 'vitest';
import { clipped, isRoutine, parseLogLine } from '#domain/log/log-line.ts';

test.each([
  ['[test] a line', 'test', 'a line'],
  ['[runner] finished\n', 'runner', 'finished'],
  ['[test]', 'test', ''],
  ['[unknown] stage', 'runner', '[unknown] stage'],
  ['  indented\r\n', 'runner', '  indented'],
])('%j is of step %s', (message, step, text) => {
  expect(parseLogLine(message)).toEqual({ step, text });
});

test.each([
  ['[Container] 2026/11/23 22:21:03.287000 Entering phase BUILD', true],
  ['[Container] 2026/11/23 22:21:03.367000 Phase context status code:  Message: ', true],
  ['[Container] 2026/11/23 x Phase context status code: COMMAND_EXECUTION_ERROR Message: exit status 1', true],
  ['[Container] 2026/11/23 x Phase context status code: CLIENT_ERROR Message: no such object', false],
  ['[test] [Container] in the middle', false],
])('%j is routine: %s', (message, routine) => {
  expect(isRoutine(message)).toBe(routine);
});

test('a quoted line keeps its beginning', () => {
  expect(clipped(['short', 'x'.repeat(1000)])).toEqual(['short', `${'x'.repeat(300)} …`]);
});
