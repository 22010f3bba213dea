import * as z from 'zod';
import { wholeNumber } from './whole-number.ts';

/** How many tasks run. */
export const scaling = z
  .strictObject({
    minimum: wholeNumber(1, 1_000).meta({ description: 'Fewest tasks.' }),
    maximum: wholeNumber(1, 1_000).meta({ description: 'Most tasks.' }),
  })
  .superRefine(({ minimum, maximum }, context) => {
    if (minimum <= maximum) return;
    context.addIssue({ code: 'custom', path: ['maximum'], message: `must be at least minimum, ${minimum}` });
  });
