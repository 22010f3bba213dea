import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A real repository with one commit per call of `commit`. */
export function gitRepository(directory: string) {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'Ada Lovelace',
        GIT_AUTHOR_EMAIL: 'ada@example.com',
        GIT_AUTHOR_DATE: '2026-03-01T10:00:00+01:00',
        GIT_COMMITTER_NAME: 'Ada Lovelace',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
        GIT_COMMITTER_DATE: '2026-03-01T10:00:00+01:00',
      },
    }).trim();
  mkdirSync(directory, { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  return {
    git,
    url: `file://${directory}`,
    commit(subject: string, files: Readonly<Record<string, string>>): string {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(directory, name)), { recursive: true });
        writeFileSync(join(directory, name), content);
      }
      git('add', '--all');
      git('commit', '--quiet', '--message', subject);
      return git('rev-parse', 'HEAD');
    },
  };
}
