import type { ResolvedVariables } from './resolve-variables.ts';

const MASK = '***';
/** Shorter ones would take ordinary text apart and say by it what they are. */
const SHORTEST = 4;

/** Puts `***` where a secret value stands in a line, as CodeBuild does in its logs. A value of several lines is masked line by line. */
export function maskValues({ values, secretNames }: ResolvedVariables): (text: string) => string {
  const hidden = [...secretNames]
    .flatMap((name) => [values[name] ?? '', ...(values[name] ?? '').split('\n')])
    .map((value) => value.trim())
    .filter((value) => value.length >= SHORTEST)
    // The longest first: one value may be the beginning of another.
    .toSorted((one, two) => two.length - one.length);
  return (text) => hidden.reduce((masked, value) => masked.replaceAll(value, MASK), text);
}
