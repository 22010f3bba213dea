import * as z from 'zod';
import { serviceName } from '../names.ts';

/** Services that have to be there before this one is released. */
export const dependencies = z
  .array(
    z.strictObject({
      service: serviceName.meta({ description: 'Name of a registered service that this one calls.' }),
    }),
  )
  .max(50, 'must be at most 50 services')
  .superRefine((all, context) => {
    const names = all.map(({ service }) => service);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      context.addIssue({ code: 'custom', path: [index, 'service'], message: 'must not be named twice' });
    }
  });
