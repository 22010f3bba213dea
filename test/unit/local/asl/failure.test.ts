import { describe, expect, it } from 'vitest';
import { covers } from '#local/asl/failure.ts';

describe('ErrorEquals', () => {
  it.each([
    [['mine'], 'mine', true],
    [['mine'], 'other', false],
    [['States.ALL'], 'mine', true],
    [['States.ALL'], 'States.Timeout', true],
    [['States.ALL'], 'States.DataLimitExceeded', false],
    [['States.DataLimitExceeded'], 'States.DataLimitExceeded', true],
    [['States.ALL'], 'States.Runtime', false],
    [['States.Runtime'], 'States.Runtime', false],
    [['States.TaskFailed'], 'mine', true],
    [['States.TaskFailed'], 'States.Timeout', false],
    [['States.TaskFailed'], 'States.DataLimitExceeded', false],
    [['States.Timeout', 'mine'], 'States.Timeout', true],
    [['States.ALL'], undefined, true],
  ])('%j against %s: %s', (names, error, expected) => {
    expect(covers(names, error === undefined ? {} : { error })).toBe(expected);
  });
});
