import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** For machines: one JSON document on standard output. */
  readonly json: boolean;
  /** Small enough for every run of the checks; its figures are no reference. */
  readonly short: boolean;
}

/** @throws Error in words for the person who typed the arguments */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, short: { type: 'boolean', default: false } },
  });
  return values;
}
