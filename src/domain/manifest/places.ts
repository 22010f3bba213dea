import type { Fault } from '../refusal.ts';
import { pathOfPointer } from './json-pointer.ts';
import { linesOf } from './lines.ts';
import { locate, type SourceNode } from './source-tree.ts';

/** Where the settings of a manifest were written, for what is found out about it after it was read. */
export interface ManifestPlaces {
  /**
   * The faults with their lines and columns, in the order of the text. The place is that of a single value, of the key
   * for a map or a list, and of what would hold it for a setting that is not written down.
   */
  place<F extends Fault>(faults: readonly F[]): (F & { readonly line: number; readonly column: number })[];
}

export function placesIn(text: string, tree: SourceNode): ManifestPlaces {
  return {
    place(faults) {
      const lines = linesOf(text);
      return faults
        .map((fault) => ({ fault, offset: offsetOf(tree, fault.pointer) }))
        .sort((left, right) => left.offset - right.offset)
        .map(({ fault, offset }) => ({ ...fault, ...lines.placeAt(offset) }));
    },
  };
}

function offsetOf(tree: SourceNode, pointer: string): number {
  const { node, keyOffset } = locate(tree, pathOfPointer(pointer));
  return node?.kind === 'scalar' ? node.offset : keyOffset;
}
