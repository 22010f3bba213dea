import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDemoArguments } from '../../../scripts/demo/demo-arguments.ts';
import { expectThat } from '../../../scripts/demo/expect-that.ts';
import { createOrdersRepository } from '../../../scripts/demo/orders-repository.ts';
import { givenDirectory } from './given-context.ts';

describe('the demo', () => {
  it('tells the story that is named, and refuses others by name', () => {
    expect(readDemoArguments([])).toEqual({ kind: 'run', story: 'orders', keep: false });
    expect(readDemoArguments(['ecs', '--keep'])).toEqual({ kind: 'run', story: 'ecs', keep: true });
    expect(readDemoArguments(['ecs', '--help'])).toEqual({ kind: 'help' });
    expect(readDemoArguments(['orders', 'ecs'])).toEqual({ kind: 'refused', message: 'One story at a time.' });
    expect(readDemoArguments(['--keep', 'nonsense'])).toEqual({
      kind: 'refused',
      message: 'The demo does not know "nonsense".',
    });
  });

  it('says what it expected and what it got', () => {
    expect(() => expectThat('it works', { a: 1 }, { a: 1 })).not.toThrow();
    expect(() => expectThat('it works', { a: 2 }, { a: 1 })).toThrow(
      /it works\n {2}expected {"a":1}\n {2}got {6}{"a":2}/,
    );
  });

  it('makes a repository whose second commit subtracts the shipping', async () => {
    await using directory = await givenDirectory();
    const path = join(directory.path, 'orders');
    const { commit, breakThePrice } = await createOrdersRepository(path);
    const git = (...command: string[]) => execFileSync('git', ['-C', path, ...command], { encoding: 'utf8' }).trim();
    expect(git('rev-parse', 'main')).toBe(commit);
    const broken = await breakThePrice();
    expect(git('diff', '--unified=0', commit, broken, '--', 'src')).toContain('+  return goods - shipping;');
    expect(git('status', '--porcelain')).toBe('');
  });
});
