import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** Path in the repository to content; `undefined` removes the file. */
export type Files = Readonly<Record<string, string | undefined>>;

export interface GitRepository {
  /** As a service registers it. */
  readonly url: string;
  /** Writes the files over what is there and commits; the commit's full id. */
  commit(files: Files, subject?: string): Promise<string>;
}

const run = promisify(execFile);

/** A real repository in `directory`, which the caller removes. Nobody's git configuration reaches it. */
export async function makeRepository(directory: string): Promise<GitRepository> {
  await mkdir(directory, { recursive: true });
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', args, { cwd: directory, env: { ...process.env, ...isolation } });
    return stdout.trim();
  };
  await git('init', '--quiet', '--initial-branch=main');
  return {
    url: pathToFileURL(directory).href,
    async commit(files, subject = 'A change') {
      for (const [path, content] of Object.entries(files)) {
        if (content === undefined) {
          await git('rm', '--quiet', path);
          continue;
        }
        await mkdir(dirname(join(directory, path)), { recursive: true });
        await writeFile(join(directory, path), content);
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', `--message=${subject}`);
      return git('rev-parse', 'HEAD');
    },
  };
}

const isolation = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
} as const;
