import { describe, expect, it } from 'vitest';
import { runDsctl } from '../../../cli/main.ts';
import { givenContext } from './given-context.ts';

describe('wrong use of a command', () => {
  it.each([
    [['deploy', 'orders'], "required option '--environment <name>' not specified", '(dsctl deploy --help '],
    [['service'], "missing required argument 'service'", '(dsctl service --help '],
    [['services', '--limit', '0'], 'from 1 to 50', '(dsctl services --help '],
    [['list', '--servce', 'x'], 'Did you mean --service?', '(dsctl list --help '],
    [['deploy', 'orders', '--enviroment', 'x'], "unknown option '--enviroment'", '(Did you mean --environment?)'],
    [['service', '--jsn'], "unknown option '--jsn'", '(dsctl service --help '],
    [['logs', 'dep_1', '--step', 'tset'], 'Allowed choices are source, install, compile, test', '(dsctl logs --help '],
    [['depoy'], 'Did you mean deploy?', '(dsctl --help '],
  ])('%j is answered with where to read on', async (argv, message, hint) => {
    const { context, text, requests } = givenContext();
    expect(await runDsctl(argv, context)).toBe(2);
    expect(text.err).toContain(message);
    expect(text.err).toContain(hint);
    expect(requests).toEqual([]);
  });

  it('asks for what is missing where every option is known, and explains itself all the same', async () => {
    const help = givenContext();
    expect(await runDsctl(['deploy', '--help', '--enviroment'], help.context)).toBe(0);
    expect(help.text.out).toContain('--environment <name>');
    const missing = givenContext();
    expect(await runDsctl(['deploy', 'orders', '--json'], missing.context)).toBe(2);
    expect(missing.text.err).not.toContain('unknown');
  });
});
