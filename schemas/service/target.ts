import * as z from 'zod';
import { wholeNumber } from './whole-number.ts';

/** Where the service runs. A second target type will turn this into a union by `type`. */
export const target = z.strictObject({
  type: z
    .literal('lambda', { error: 'must be lambda: it is the only target that this version supports' })
    .meta({ description: 'Kind of compute that runs the service. Only lambda in this version.' }),
  handler: z
    .string()
    .max(128, 'must be at most 128 characters long')
    .regex(
      /^[A-Za-z0-9_./-]+\.[A-Za-z_$][A-Za-z0-9_$]*$/,
      'must be a file and the function that it exports, such as index.handler',
    )
    .meta({ description: 'File and exported function that answers an invocation, such as index.handler.' }),
  runtime: z
    .enum(['nodejs22.x', 'nodejs24.x'], { error: 'must be nodejs24.x or nodejs22.x' })
    .meta({ description: 'Lambda runtime.' }),
  memoryMb: wholeNumber(128, 10_240).default(256).meta({ description: 'Memory of the function, in megabytes.' }),
  timeoutSeconds: wholeNumber(1, 900)
    .default(10)
    .meta({ description: 'Longest time that one invocation may take, in seconds.' }),
});
