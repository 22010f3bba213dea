import * as z from 'zod';
import { wholeNumber } from './whole-number.ts';

/** What a fresh release must answer before it counts as healthy. */
export const healthCheck = z
  .strictObject({
    path: z
      .string()
      .max(1024, 'must be at most 1024 characters long')
      // Two slashes would name another host when the path is resolved against the service's address.
      .regex(/^\/(?!\/)[^\s#\\]*$/, 'must be a path that starts with one "/", such as /health')
      .default('/health')
      .meta({ description: 'Path to ask, with a query if needed.' }),
    status: wholeNumber(100, 599).default(200).meta({ description: 'HTTP status of a healthy answer.' }),
    bodyContains: z
      .string()
      .min(1, 'must be at least one character long')
      .max(1024, 'must be at most 1024 characters long')
      .optional()
      .meta({ description: 'Text that the body of a healthy answer contains.' }),
    successes: wholeNumber(1, 20).default(2).meta({ description: 'Healthy answers needed, one after the other.' }),
    intervalSeconds: wholeNumber(1, 60).default(1).meta({ description: 'Time between two questions, in seconds.' }),
    timeoutSeconds: wholeNumber(1, 60).default(5).meta({ description: 'Longest wait for one answer, in seconds.' }),
    // The function that asks may run for 15 minutes, its last question included.
    deadlineSeconds: wholeNumber(1, 720)
      .default(60)
      .meta({ description: 'Time after which a release that is not healthy yet has failed, in seconds.' }),
  })
  .superRefine((value, context) => {
    if ((value.successes - 1) * value.intervalSeconds < value.deadlineSeconds) return;
    const message = 'must leave time for the successes asked for: more than (successes - 1) x intervalSeconds';
    context.addIssue({ code: 'custom', path: ['deadlineSeconds'], message });
  });
