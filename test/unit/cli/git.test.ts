import { afterEach, describe, expect, it, vi } from 'vitest';
import { runDsctl } from '../../../cli/main.ts';
import { givenContext, givenDirectory } from './given-context.ts';

describe('a machine without git', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is told so, and not that the commit is none', async () => {
    await using directory = await givenDirectory();
    vi.stubEnv('PATH', directory.path);
    const { context, text, requests } = givenContext({ cwd: directory.path });
    expect(await runDsctl(['deploy', 'orders', '--environment', 'staging'], context)).toBe(2);
    expect(text.err).toContain('git is not installed (or not in PATH).');
    expect(requests).toEqual([]);
  });
});
