import { faultKinds, type FaultKind, type FaultSettings } from './fault-plan.ts';

const form = 'for instance seed=7,rate=0.02 or seed=7,rate=0.1,kinds=throttled+slow';

/**
 * Reads `seed=7,rate=0.02`, and `kinds=` with names joined by `+`.
 *
 * @throws Error in words for the person who typed it
 */
export function readFaultSettings(text: string): FaultSettings {
  const given = new Map(text.split(',').map((part) => part.split('=', 2) as [string, string | undefined]));
  const unknown = [...given.keys()].find((name) => !['seed', 'rate', 'kinds'].includes(name));
  if (unknown !== undefined) throw new Error(`--faults has no "${unknown}": it wants ${form}.`);
  const seed = Number(given.get('seed') ?? Number.NaN);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`--faults needs a whole number as seed: ${form}.`);
  const rate = Number(given.get('rate') ?? Number.NaN);
  if (!(rate >= 0 && rate <= 1)) throw new Error(`--faults needs a rate from 0 to 1: ${form}.`);
  const kinds = given.get('kinds');
  return { seed, rate, ...(kinds !== undefined && { kinds: kinds.split('+').map(kindIn) }) };
}

function kindIn(name: string): FaultKind {
  const kind = faultKinds.find((each) => each === name);
  if (!kind) throw new Error(`--faults knows no kind "${name}"; there are ${faultKinds.join(', ')}.`);
  return kind;
}
