import type { SourceNode } from './source-tree.ts';

const LONGEST_SHOWN = 80;
// Faults reach logs and pull requests; variables hold tokens more often than they should, and where a reference to a
// secret belongs, somebody writes the secret.
const variableHolders = new Set<PropertyKey>(['variables', 'environment', 'arguments', 'secrets', 'webhook']);

/** A single value as JSON for a fault; undefined for a variable's or a secret's, and for maps and lists, which may hold variables. */
export function showValue(path: readonly PropertyKey[], node: SourceNode): string | undefined {
  if (node.kind !== 'scalar' || path.length === 0 || path.some((step) => variableHolders.has(step))) return undefined;
  // JSON has no infinity: it is shown as written.
  const isJson = typeof node.value !== 'number' || Number.isFinite(node.value);
  const json = JSON.stringify(isJson ? node.value : node.text);
  return json.length <= LONGEST_SHOWN ? json : `${json.slice(0, LONGEST_SHOWN - 1)}…`.toWellFormed();
}
