import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const example = join(import.meta.dirname, '../../examples/orders');

/** A real git repository with the example in it. */
export interface OrdersRepository {
  readonly directory: string;
  /** The commit that `directory` holds at the beginning. */
  readonly commit: string;
  /** Subtracts the shipping where it should be added, and commits that. */
  readonly breakThePrice: () => Promise<string>;
}

export async function createOrdersRepository(directory: string): Promise<OrdersRepository> {
  await cp(example, directory, { recursive: true, filter: (path) => !/\/(node_modules|dist|reports)$/.test(path) });
  await git(directory, 'init', '--quiet', '-b', 'main');
  await git(directory, 'config', 'user.name', 'Demo');
  await git(directory, 'config', 'user.email', 'demo@example.com');
  return {
    directory,
    commit: await commitAll(directory, 'Say what an order costs'),
    async breakThePrice() {
      const file = join(directory, 'src/price.mjs');
      const before = await readFile(file, 'utf8');
      const after = before.replace('return goods + shipping;', 'return goods - shipping;');
      if (after === before) throw new Error(`${file} has no "return goods + shipping;" to break.`);
      await writeFile(file, after);
      return commitAll(directory, 'Simplify the price');
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
