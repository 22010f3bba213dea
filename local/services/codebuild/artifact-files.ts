import { readdir, realpath, stat } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import type { BuildspecArtifacts } from './buildspec.ts';

export interface ArtifactFile {
  /** Where the file lies on the machine. */
  readonly file: string;
  /** What it is called in the artifact. */
  readonly path: string;
}

/** Finds the files that a buildspec's `artifacts` names, in the order of their paths. A link counts as what it points to. */
export async function findArtifactFiles(
  artifacts: BuildspecArtifacts,
  source: string,
): Promise<readonly ArtifactFile[]> {
  const base = resolve(source, artifacts['base-directory'] ?? '.');
  const patterns = artifacts.files.map((pattern) => patternFor(pattern, base));
  const found: ArtifactFile[] = [];
  for await (const path of walk(base, '')) {
    if (!patterns.some((pattern) => pattern.test(path))) continue;
    found.push({ file: join(base, path), path: artifacts['discard-paths'] ? posix.basename(path) : path });
  }
  return found.sort((left, right) => (left.path < right.path ? -1 : 1));
}

async function* walk(base: string, directory: string, above: readonly string[] = []): AsyncGenerator<string> {
  const real = await realpath(join(base, directory)).catch(() => undefined);
  // A link that leads to a directory above it would never end.
  if (real === undefined || above.includes(real)) return;
  for (const name of await readdir(real)) {
    const path = posix.join(directory, name);
    const kind = await stat(join(base, path)).catch(() => undefined);
    if (kind?.isDirectory()) yield* walk(base, path, [...above, real]);
    else if (kind?.isFile()) yield path;
  }
}

/** `*` and `?` stay within a directory, `**` goes over any number of them; files whose names begin with a dot count like others. */
function patternFor(pattern: string, base: string): RegExp {
  const relative = pattern.startsWith(`${base}/`) ? pattern.slice(base.length + 1) : posix.normalize(pattern);
  const source = relative.replaceAll(/\*\*\/|\*\*|\*|\?|[\\^$.+()|[\]{}]/g, (token) => {
    switch (token) {
      case '**/':
        return '(?:.*/)?';
      case '**':
        return '.*';
      case '*':
        return '[^/]*';
      case '?':
        return '[^/]';
      default:
        return `\\${token}`;
    }
  });
  return new RegExp(`^${source}$`, 's');
}
