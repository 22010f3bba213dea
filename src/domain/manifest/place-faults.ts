import { linesOf } from './lines.ts';
import type { FaultAt, ManifestFault } from './manifest-fault.ts';

const MOST_FAULTS = 100;

/** Sorts faults by place and gives each its line and column; a very long list ends with how many were left out. */
export function placeFaults(text: string, faults: readonly FaultAt[]): readonly ManifestFault[] {
  const sorted = withoutRepeats(faults).sort((left, right) => left.offset - right.offset);
  const shown = sorted.slice(0, MOST_FAULTS);
  const next = sorted[MOST_FAULTS];
  if (next) {
    const message = `There are ${sorted.length - MOST_FAULTS} more faults from here on. Fix the ones above first.`;
    shown.push({ code: 'too_many_faults', pointer: '', offset: next.offset, message });
  }
  const lines = linesOf(text);
  return shown.map(({ offset, ...fault }) => ({ ...fault, ...lines.placeAt(offset) }));
}

/** A value that breaks two bounds with one sentence has one fault. */
function withoutRepeats(faults: readonly FaultAt[]): FaultAt[] {
  return [...new Map(faults.map((fault) => [`${fault.offset} ${fault.pointer} ${fault.message}`, fault])).values()];
}
