import * as z from 'zod';
import { wholeNumber } from './whole-number.ts';
import { wrongType } from './wrong-type.ts';

const immediate = z.strictObject({
  type: z.literal('immediate').meta({ description: 'All traffic at once, watched by the health check.' }),
});

const rolling = z.strictObject({
  type: z.literal('rolling').meta({ description: 'Traffic or tasks in equal parts, one after the other.' }),
  batches: wholeNumber(2, 20).default(4).meta({ description: 'How many parts.' }),
  pauseSeconds: wholeNumber(0, 300)
    .default(0)
    .meta({ description: 'Time between two parts, in seconds. Lambda only: ECS goes from part to part by itself.' }),
});

const canary = z
  .strictObject({
    type: z.literal('canary').meta({ description: 'A growing share of the traffic, judged at every step.' }),
    steps: z
      .array(wholeNumber(1, 100))
      .min(1, 'must have at least one step')
      .max(20, 'must have at most 20 steps')
      .default([10, 25, 50, 100])
      .meta({ description: 'Shares of the traffic in percent, growing, the last one 100.' }),
    minBakeSeconds: wholeNumber(0, 86_400)
      .default(60)
      .meta({ description: 'Shortest time at a share before it is judged good, in seconds.' }),
    maxBakeSeconds: wholeNumber(1, 86_400).default(300).meta({ description: 'Longest time at a share, in seconds.' }),
  })
  .superRefine(({ steps, minBakeSeconds, maxBakeSeconds }, context) => {
    const stuck = steps.findIndex((share, index) => share <= (steps[index - 1] ?? 0));
    if (stuck !== -1) {
      context.addIssue({ code: 'custom', path: ['steps', stuck], message: 'must be more than the step before' });
    } else if (steps.at(-1) !== 100) {
      context.addIssue({ code: 'custom', path: ['steps'], message: 'must end with 100: all traffic' });
    }
    if (minBakeSeconds <= maxBakeSeconds) return;
    context.addIssue({ code: 'custom', path: ['maxBakeSeconds'], message: 'must be at least minBakeSeconds' });
  });

const linear = z.strictObject({
  type: z.literal('linear').meta({ description: 'Equal shares of the traffic at equal intervals.' }),
  percent: wholeNumber(1, 50).default(10).meta({ description: 'Share of the traffic that each interval adds.' }),
  intervalSeconds: wholeNumber(60, 3_600)
    .multipleOf(60, 'must be whole minutes, a multiple of 60: CodeDeploy counts in minutes')
    .default(60)
    .meta({ description: 'Time between two shares, in seconds.' }),
});

const blueGreen = z.strictObject({
  type: z.literal('blue_green').meta({ description: 'A second set beside the first, and all traffic at once.' }),
  bakeSeconds: wholeNumber(0, 86_400)
    .default(300)
    .meta({ description: 'Time for which the new version is watched with all traffic, in seconds.' }),
  terminateAfterSeconds: wholeNumber(0, 172_800)
    .optional()
    .meta({ description: 'Time for which the tasks of the old version stay after that, in seconds. ECS only.' }),
});

/** How a release takes over the traffic. */
export const strategy = z.discriminatedUnion('type', [immediate, rolling, canary, linear, blueGreen], {
  error: wrongType('immediate, rolling, canary, linear or blue_green'),
});
export type Strategy = z.output<typeof strategy>;
