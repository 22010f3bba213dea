import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildShell } from './build-shell.ts';

/** The values that variables have in the build's shell now, exported or not; a variable that was never set is left out. */
export async function readShellVariables(
  shell: BuildShell,
  control: string,
  names: readonly string[],
): Promise<readonly { readonly name: string; readonly value: string }[]> {
  if (names.length === 0) return [];
  const prints = names.map((name) => `if [ -n "\${${name}+set}" ]; then printf '%s=%s\\0' ${name} "$${name}"; fi`);
  const text = await capture(shell, control, prints.join('\n'));
  return text
    .split('\0')
    .slice(0, -1)
    .map((entry) => ({ name: entry.slice(0, entry.indexOf('=')), value: entry.slice(entry.indexOf('=') + 1) }));
}

/** What the shell makes of a text with `$variables` and `$(commands)` in it. */
export async function expandInShell(shell: BuildShell, control: string, text: string): Promise<string> {
  return (await capture(shell, control, `cat <<__CODEBUILD_TEXT__\n${text}\n__CODEBUILD_TEXT__`)).trim();
}

async function capture(shell: BuildShell, control: string, script: string): Promise<string> {
  const file = join(control, 'captured');
  await shell.run(`{\n${script}\n} >'${file.replaceAll("'", `'\\''`)}'`);
  return readFile(file, 'utf8');
}
