/** A value of the manifest together with the place where it was written; built once, then only read. */
export type SourceNode = SourceMap | SourceList | SourceScalar | BrokenNode;

interface Placed {
  /** Where the value starts in the text; for an empty value, where its key starts. */
  readonly offset: number;
  /** Values in it, itself included, aliases counted as if they were written out. */
  readonly size: number;
  /** The plain value. */
  readonly value: unknown;
}

export interface SourceMap extends Placed {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, SourceEntry>;
}

export interface SourceEntry {
  readonly keyOffset: number;
  readonly node: SourceNode;
}

export interface SourceList extends Placed {
  readonly kind: 'list';
  readonly items: readonly SourceNode[];
}

export interface SourceScalar extends Placed {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, before it was taken for a number or a boolean. */
  readonly text: string;
}

/** Something that already has its fault and gets no other. */
export interface BrokenNode extends Placed {
  readonly kind: 'broken';
  readonly value: undefined;
}

/** What stands at a path, and where. */
export interface Located {
  /** Undefined if nothing stands there. */
  readonly node: SourceNode | undefined;
  /** Of the key that leads to it; for a list's item, of the item. */
  readonly keyOffset: number;
  /** The same for what holds it. */
  readonly parentKeyOffset: number;
  /** True if it, or something that it is part of, has its fault already. */
  readonly isBroken: boolean;
}

/** Follows a path from the root. */
export function locate(root: SourceNode, path: readonly PropertyKey[]): Located {
  let at: Located = {
    node: root,
    keyOffset: root.offset,
    parentKeyOffset: root.offset,
    isBroken: root.kind === 'broken',
  };
  for (const step of path) {
    const { node, keyOffset } = childOf(at.node, step) ?? { node: undefined, keyOffset: at.keyOffset };
    at = { node, keyOffset, parentKeyOffset: at.keyOffset, isBroken: at.isBroken || node?.kind === 'broken' };
  }
  return at;
}

function childOf(node: SourceNode | undefined, step: PropertyKey): SourceEntry | undefined {
  if (node?.kind === 'map') return node.entries.get(String(step));
  const item = node?.kind === 'list' ? node.items[Number(step)] : undefined;
  return item && { keyOffset: item.offset, node: item };
}
