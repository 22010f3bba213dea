import type { SourceNode } from './source-tree.ts';

/** The rule that a setting of the wrong type breaks, to be read on from its name. */
export function typeRule(expected: string): string {
  return rules[expected] ?? `must be ${expected}`;
}

const rules: Readonly<Record<string, string>> = {
  string: 'must be text',
  number: 'must be a whole number',
  array: 'must be a list',
  object: 'must be a map of settings',
  record: 'must be a map of names to values',
};

/**
 * What the setting is instead, and how to write it right.
 *
 * @param isPublic whether the sentence may repeat the value
 */
export function typeHint(expected: string, node: SourceNode, isPublic: boolean): string {
  const { value } = node;
  if (value === null)
    return ` It is empty here: give it a value${expected !== 'string' || isPublic ? '' : ", '' for an empty one"}.`;
  if (expected === 'string' && node.kind === 'scalar' && typeof value !== 'string') {
    return ` It is a ${typeof value} here: put it in quotes${isPublic ? `, '${node.text.slice(0, 80)}'` : ''}.`;
  }
  if (expected === 'number' && typeof value === 'string' && /^[0-9]{1,9}$/.test(value)) {
    return ' It is text here: remove the quotes.';
  }
  if (expected === 'array') return ` It is ${kindOf(node)} here: put each item on a line of its own, after "- ".`;
  return ` It is ${kindOf(node)} here.`;
}

function kindOf(node: SourceNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  return typeof node.value === 'string' ? 'text' : `a ${typeof node.value}`;
}
