import * as z from 'zod';

/** A whole number between two bounds, both included; the unit belongs in the setting's name. */
export function wholeNumber(lowest: number, highest: number) {
  const message = `must be a whole number from ${lowest} to ${highest}`;
  // Not `z.int()`: a fraction would end the checks of everything around it, and their faults would come later.
  return z.number().multipleOf(1, message).min(lowest, message).max(highest, message);
}
