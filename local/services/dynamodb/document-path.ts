import type { AttributeValue, Item } from './attribute-value.ts';

/** `a.b[2]` is `['a', 'b', 2]`. */
export type DocumentPath = readonly (string | number)[];

/** Own attributes only: an item may well have no attribute called `constructor`. */
export function attribute(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

/** Sets an attribute; the name `__proto__` would otherwise change the object instead. */
export function setAttribute(item: Item, name: string, value: AttributeValue): void {
  if (name === '__proto__') {
    Object.defineProperty(item, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    item[name] = value;
  }
}

export function valueAt(item: Item, path: DocumentPath): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const piece of path) value = value && step(value, piece);
  return value;
}

function step(value: AttributeValue, piece: string | number): AttributeValue | undefined {
  if (typeof piece === 'number') return 'L' in value ? value.L[piece] : undefined;
  return 'M' in value ? attribute(value.M, piece) : undefined;
}

/** What a node of the answer will hold: a whole value, or the pieces of it that were asked for. */
type Selection = { readonly whole: AttributeValue } | { readonly pieces: Map<string | number, Selection> };

/** Only what the paths name, in the shape of the item; elements of one list move together, in their order. */
export function project(item: Item, paths: readonly DocumentPath[]): Item {
  const root = new Map<string | number, Selection>();
  for (const path of paths) {
    const value = valueAt(item, path);
    if (value !== undefined) select(root, path, value);
  }
  return mapOf(root);
}

function select(pieces: Map<string | number, Selection>, path: DocumentPath, whole: AttributeValue): void {
  const [piece, ...rest] = path as [string | number, ...DocumentPath];
  if (rest.length === 0) {
    pieces.set(piece, { whole });
    return;
  }
  let child = pieces.get(piece);
  if (!child || 'whole' in child) pieces.set(piece, (child = { pieces: new Map() }));
  select(child.pieces, rest, whole);
}

function mapOf(pieces: Map<string | number, Selection>): Item {
  const map: Item = {};
  for (const [name, selection] of pieces) setAttribute(map, String(name), valueOf(selection));
  return map;
}

function valueOf(selection: Selection): AttributeValue {
  if ('whole' in selection) return selection.whole;
  const [first] = selection.pieces.keys();
  if (typeof first !== 'number') return { M: mapOf(selection.pieces) };
  const inOrder = [...selection.pieces].sort(([left], [right]) => Number(left) - Number(right));
  return { L: inOrder.map(([, each]) => valueOf(each)) };
}
