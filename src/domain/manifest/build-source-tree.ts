import type { Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { jsonPointer } from './json-pointer.ts';
import type { FaultAt } from './manifest-fault.ts';
import type { BrokenNode, SourceEntry, SourceNode } from './source-tree.ts';
import { findUnprintable } from './unprintable.ts';

const LARGEST_EXPANDED_SIZE = 10_000;
const LONGEST_KEY = 200;

type Path = readonly (string | number)[];

/**
 * Turns the parser's nodes into a source tree, each node once: an alias shares its anchor's node, so a bomb of aliases
 * costs an addition and not memory. Keys that repeat, aliases that lead nowhere or to themselves and characters that
 * cannot be passed on become faults.
 */
export function buildSourceTree(root: unknown): { readonly tree: SourceNode; readonly faults: readonly FaultAt[] } {
  const faults: FaultAt[] = [];
  // The latest anchor of a name wins, as YAML says; 'open' while its own value is still being built.
  const anchors = new Map<string, SourceNode | 'open'>();

  const fail = (code: FaultAt['code'], path: Path, offset: number, message: string): BrokenNode => {
    faults.push({ code, pointer: jsonPointer(path), offset, message });
    return { kind: 'broken', offset, size: 1, value: undefined };
  };

  const build = (node: unknown, path: Path, fallbackOffset: number): SourceNode => {
    if (isAlias(node)) return follow(node.source, path, node.range?.[0] ?? fallbackOffset);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, 'open');
    const built = buildOwn(node, path, fallbackOffset);
    if (anchor !== undefined) anchors.set(anchor, built);
    return built;
  };

  const buildOwn = (node: unknown, path: Path, fallbackOffset: number): SourceNode => {
    if (isMap(node)) return buildMap(node, path, node.range?.[0] ?? fallbackOffset);
    if (isSeq(node)) return buildList(node, path, node.range?.[0] ?? fallbackOffset);
    return buildScalar(isScalar(node) ? node : undefined, path, fallbackOffset);
  };

  const follow = (anchor: string, path: Path, offset: number): SourceNode => {
    const target = anchors.get(anchor);
    if (target === 'open') return fail('alias_cycle', path, offset, 'This alias stands for a value that contains it.');
    if (!target) return fail('syntax', path, offset, 'No anchor of this name stands before the alias.');
    return { ...target, offset };
  };

  const buildMap = (map: YAMLMap, path: Path, offset: number): SourceNode => {
    const entries = new Map<string, SourceEntry>();
    for (const pair of map.items) {
      const keyOffset = offsetOf(pair, offset);
      const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
      if (key === undefined) {
        fail('bad_name', path, keyOffset, 'A key must be plain text.');
      } else if (key.length > LONGEST_KEY) {
        fail('bad_name', path, keyOffset, `A key can have at most ${LONGEST_KEY} characters.`);
      } else if (key === '__proto__' || findUnprintable(key, 1).length > 0) {
        fail('bad_name', [...path, key], keyOffset, 'This name cannot be used as a key. Choose another one.');
      } else {
        const node = build(pair.value, [...path, key], keyOffset);
        if (!entries.has(key)) entries.set(key, { keyOffset, node });
        else fail('duplicate_key', [...path, key], keyOffset, `\`${key}\` is set twice. Keep one of the two.`);
      }
    }
    const value: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [key, { node }] of entries) value[key] = node.value;
    return sized({ kind: 'map', offset, size: total([...entries.values()].map(({ node }) => node)), value, entries });
  };

  const buildList = (list: YAMLSeq, path: Path, offset: number): SourceNode => {
    const items = list.items.map((item, index) => build(item, [...path, index], offset));
    return sized({ kind: 'list', offset, size: total(items), value: items.map(({ value }) => value), items });
  };

  const buildScalar = (scalar: Scalar | undefined, path: Path, fallbackOffset: number): SourceNode => {
    const { range, source: text = '' } = scalar ?? {};
    const value = plain(scalar?.value);
    const offset = value === null && text === '' ? fallbackOffset : (range?.[0] ?? fallbackOffset);
    const [unprintable] = typeof value === 'string' ? findUnprintable(value, 1) : [];
    if (unprintable) {
      const message = `The value contains the character ${unprintable.name}, which cannot be passed on. Remove it.`;
      return fail('control_character', path, offset, message);
    }
    return { kind: 'scalar', offset, size: 1, value, text };
  };

  const sized = (node: SourceNode): SourceNode => {
    if (node.size <= LARGEST_EXPANDED_SIZE) return node;
    return fail('alias_limit', [], node.offset, 'With its aliases written out this is too large. Use fewer aliases.');
  };

  return { tree: build(root, [], 0), faults };
}

function plain(value: unknown): string | number | boolean | null {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isPlain ? value : null;
}

function offsetOf({ key }: Pair, fallback: number): number {
  return isScalar(key) || isAlias(key) || isMap(key) || isSeq(key) ? (key.range?.[0] ?? fallback) : fallback;
}

function total(nodes: readonly SourceNode[]): number {
  return nodes.reduce((size, node) => size + node.size, 1);
}
