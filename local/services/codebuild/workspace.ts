import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The directories of one build, all in one that goes away with it. */
export interface Workspace {
  readonly root: string;
  readonly source: string;
  readonly home: string;
  readonly temporary: string;
  /** Scripts, state and the output pipe of the build's shell. */
  readonly control: string;
  secondarySource(identifier: string): string;
}

export function workspaceOf(workspaceRoot: string, buildUuid: string): Workspace {
  const root = join(workspaceRoot, buildUuid);
  return {
    root,
    source: join(root, 'src'),
    home: join(root, 'home'),
    temporary: join(root, 'tmp'),
    control: join(root, 'control'),
    secondarySource: (identifier) => join(root, 'secondary', identifier),
  };
}

export async function makeWorkspace(workspace: Workspace): Promise<void> {
  for (const directory of [workspace.source, workspace.home, workspace.temporary, workspace.control]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
}

/** Removes the workspace; one that cannot be removed is said on the host's console and costs the build nothing. */
export async function removeWorkspace(workspace: Workspace): Promise<void> {
  const remove = () => rm(workspace.root, { recursive: true, force: true, maxRetries: 3 });
  try {
    // Some package managers write directories that not even their owner may change.
    await remove().catch(async () => {
      await promisify(execFile)('chmod', ['-R', 'u+rwX', workspace.root]);
      await remove();
    });
  } catch (error) {
    console.error('local codebuild: a workspace stays behind:', error);
  }
}
