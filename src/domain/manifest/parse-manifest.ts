import { manifestSchema, type Manifest } from '#schemas/service/manifest.ts';
import { buildSourceTree } from './build-source-tree.ts';
import { decodeSource } from './decode-source.ts';
import { explainIssue } from './explain-issue.ts';
import type { FaultAt, ManifestFault } from './manifest-fault.ts';
import { placeFaults } from './place-faults.ts';
import { placesIn, type ManifestPlaces } from './places.ts';
import { readYaml } from './read-yaml.ts';

export type ParsedManifest =
  | { readonly ok: true; readonly manifest: Manifest; readonly places: ManifestPlaces }
  | { readonly ok: false; readonly faults: readonly ManifestFault[] };

/**
 * Reads a `service.yaml`. Never throws, whatever the source: a source that cannot be read at all, or is not YAML, gives
 * the faults of that step; everything after that gives all faults of the file together, in the order of the text.
 */
export function parseManifest(source: Uint8Array | string): ParsedManifest {
  const { text, faults: unreadable } = decodeSource(source);
  const refused = (faults: readonly FaultAt[]): ParsedManifest => ({ ok: false, faults: placeFaults(text, faults) });
  if (unreadable.length > 0) return refused(unreadable);

  const yaml = readYaml(text);
  if (!yaml.ok) return refused(yaml.faults);

  const { tree, faults: broken } = buildSourceTree(yaml.root);
  // An empty message asks for words made from the issue; a schema that has words of its own keeps them.
  const checked = manifestSchema.safeParse(tree.value, { error: () => '' });
  const faults = [...broken, ...(checked.error?.issues ?? []).flatMap((issue) => explainIssue(issue, tree))];
  return checked.success && faults.length === 0
    ? { ok: true, manifest: checked.data, places: placesIn(text, tree) }
    : refused(faults);
}
