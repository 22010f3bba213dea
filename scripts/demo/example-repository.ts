import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const examples = join(import.meta.dirname, '../../examples');

/** What a commit changes: the first such text in a file, for another. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A real git repository with an example in it. */
export interface ExampleRepository {
  readonly directory: string;
  /** The commit that `directory` holds at the beginning. */
  readonly commit: string;
  /** Changes files, commits that, and says which commit it is. */
  readonly change: (message: string, edits: readonly Edit[]) => Promise<string>;
}

export async function createExampleRepository(
  example: 'orders' | 'greeter',
  directory: string,
  message: string,
): Promise<ExampleRepository> {
  const left = /\/(node_modules|dist|reports)$/;
  await cp(join(examples, example), directory, { recursive: true, filter: (path) => !left.test(path) });
  await git(directory, 'init', '--quiet', '-b', 'main');
  await git(directory, 'config', 'user.name', 'Demo');
  await git(directory, 'config', 'user.email', 'demo@example.com');
  return {
    directory,
    commit: await commitAll(directory, message),
    async change(why, edits) {
      for (const { file, from, to } of edits) {
        const path = join(directory, file);
        const before = await readFile(path, 'utf8');
        if (!before.includes(from)) throw new Error(`${path} has no "${from}" to change.`);
        await writeFile(
          path,
          before.replace(from, () => to),
        );
      }
      return commitAll(directory, why);
    },
  };
}

async function commitAll(directory: string, message: string): Promise<string> {
  await git(directory, 'add', '--all');
  await git(directory, 'commit', '--quiet', '-m', message);
  return git(directory, 'rev-parse', 'HEAD');
}

/** Nothing of the user's own configuration counts here: no signing, no hooks, no templates. */
async function git(directory: string, ...command: readonly string[]): Promise<string> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const env = { ...Object.fromEntries(own), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const { stdout } = await run('git', ['-C', directory, ...command], { env });
  return stdout.trim();
}
