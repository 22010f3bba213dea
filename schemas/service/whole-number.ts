import * as z from 'zod';

/** A whole number between two bounds, both included; the unit belongs in the setting's name. */
export function wholeNumber(lowest: number, highest: number) {
  const message = `must be a whole number from ${lowest} to ${highest}`;
  return (
    z
      .number()
      // Not `z.int()`: a fraction would end the checks of everything around it, and their faults would come later.
      .multipleOf(1, message)
      // Which takes what is written with a negative exponent, such as 1e-7, for zero.
      .refine((value) => value === 0 || Math.abs(value) >= 0.000_001, message)
      .min(lowest, message)
      .max(highest, message)
  );
}
