import { buildStages } from '#schemas/service/build.ts';
import type { Manifest } from '#schemas/service/manifest.ts';
import { canonicalJson } from '../canonical-json.ts';

export interface BuildInputs {
  /** Id of the git tree that is built: the content, whichever commit brought it. */
  readonly tree: string;
  /** What the build runs with: tool by name to its version or digest, or one digest of it all. */
  readonly toolchain: string | Readonly<Record<string, string>>;
}

/**
 * Everything that decides what an artifact contains, as canonical JSON for the caller to hash: equal text, equal
 * artifact. What only decides how it is built or run (time limits, cache, environments, release) is left out, so that
 * production can take the artifact that staging ran. So are secrets: a reference says nothing of the value behind it, which
 * may be another one tomorrow, and no artifact should depend on it.
 */
export function buildIdentity(manifest: Manifest, { tree, toolchain }: BuildInputs): string {
  const { name, target, build } = manifest;
  return canonicalJson({
    // A change of this shape is a change of identity.
    identity: 2,
    service: name,
    tree,
    toolchain,
    target: partOfArtifact(target),
    arguments: build.arguments,
    commands: Object.fromEntries(buildStages.map((stage) => [stage, build[stage]?.commands])),
    output: build.bundle.output,
  });
}

/** What of the target lies in the artifact. An image has its base beneath it, and the command in its configuration. */
function partOfArtifact(target: Manifest['target']) {
  return target.type === 'lambda'
    ? { type: target.type, runtime: target.runtime }
    : { type: target.type, baseImage: target.baseImage, command: target.command, port: target.port };
}
