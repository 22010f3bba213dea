import type { Alias } from './records.ts';

/** The version that one request goes to. `random` gives a number from 0 up to, not including, 1. */
export function chooseVersion(alias: Alias, random: () => number): string {
  let left = random();
  for (const [version, share] of Object.entries(alias.additionalWeights)) {
    if (left < share) return version;
    left -= share;
  }
  return alias.version;
}
