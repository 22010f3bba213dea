import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runDsctl } from '../../../cli/main.ts';
import { givenContext, givenDirectory } from './given-context.ts';

async function said(...argv: readonly string[]): Promise<string> {
  const { context, text } = givenContext();
  expect(await runDsctl(argv, context)).toBe(0);
  return text.out;
}

/** Verbs and options as the help pages show them to people. */
async function verbsOfHelp(): Promise<readonly string[]> {
  const [, commands = ''] = (await said('--help')).split('Commands:\n');
  return [...commands.matchAll(/^ {2}([a-z]+)/gm)].map(([, verb = '']) => verb);
}

async function optionsOfHelp(verb: string): Promise<readonly string[]> {
  const [, options = ''] = (await said(verb, '--help')).split('Options:\n');
  return [...options.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = '']) => option);
}

const shells = ['bash', 'zsh', 'fish'] as const;

it.each(shells)('the completion for %s knows every verb and every option', async (shell) => {
  const script = await said('completion', shell);
  const verbs = await verbsOfHelp();
  expect(verbs).toEqual(expect.arrayContaining(['deploy', 'services', 'completion', 'whoami']));
  for (const verb of verbs.filter((each) => each !== 'help')) {
    const lines = linesOf(shell, script, verb);
    const options = await optionsOfHelp(verb);
    expect(options, verb).toContain('--json');
    for (const option of options) {
      const spelled = shell === 'fish' ? ` -l ${option.slice(2)} ` : option;
      expect(lines, `${verb} ${option}`).toContain(spelled);
    }
  }
});

/** The part of a script that is about one verb. */
function linesOf(shell: (typeof shells)[number], script: string, verb: string): string {
  const lines = script.split('\n');
  if (shell === 'fish') return lines.filter((line) => line.includes(`seen_subcommand_from ${verb}'`)).join('\n');
  const start = lines.findIndex((line) => line.trimStart().startsWith(`${verb})`));
  const length = lines.slice(start).findIndex((line) => line.endsWith(' ;;'));
  return start === -1 ? '' : lines.slice(start, start + length + 1).join('\n');
}

// Only bash is everywhere.
const isHere = (shell: string): boolean => shell === 'bash' || spawnSync(shell, ['--version']).error === undefined;

for (const shell of shells) {
  it.skipIf(!isHere(shell))(`the completion for ${shell} is a script that ${shell} itself can read`, async () => {
    await using directory = await givenDirectory();
    const file = join(directory.path, `completion.${shell}`);
    await writeFile(file, await said('completion', shell));
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
}

it.each([
  [['lo'], 'logs login logout'],
  [['--api', 'deploy', 'heal'], 'health'],
  [['list', '--st'], '--status'],
  [['list', '--status', 'ro'], 'rolling_back rolled_back rollback_failed'],
  [['--json', 'list', '--status', 'que'], 'queued'],
  [['register', 'orders', '--target', ''], 'lambda ecs'],
  [['completion', ''], 'bash zsh fish'],
  [['help', 'servic'], 'services service'],
  [['deploy', 'orders', '--environment', ''], ''],
  [['logs', '-f', '--aft'], '--after'],
])('bash completes %j to "%s"', async (words, offered) => {
  const script = await said('completion', 'bash');
  const line = `COMP_WORDS=(dsctl "$@"); COMP_CWORD=$#; _dsctl; echo "\${COMPREPLY[*]}"`;
  const out = execFileSync('bash', ['-c', `${script}\n${line}`, 'bash', ...words], { encoding: 'utf8' });
  expect(out.trim()).toBe(offered);
});

it('completion needs no service, and knows its shells', async () => {
  const { context, text } = givenContext({ env: { DEPLOYMENT_SERVICE_URL: 'not an address' } });
  expect(await runDsctl(['completion', 'bash'], context)).toBe(0);
  expect(text.err).toBe('');
  const other = givenContext();
  expect(await runDsctl(['completion', 'tcsh'], other.context)).toBe(2);
  expect(other.text.err).toContain('Allowed choices are bash, zsh, fish.');
});
