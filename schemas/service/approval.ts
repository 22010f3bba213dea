import * as z from 'zod';
import { group } from './group.ts';
import { wholeNumber } from './whole-number.ts';

/** Who has to agree before a release. */
export const approval = z.strictObject({
  groups: z
    .array(group)
    .min(1, 'must name at least one group')
    .max(5, 'must name at most five groups')
    .superRefine((groups, context) => {
      for (const [index, name] of groups.entries()) {
        if (groups.indexOf(name) === index) continue;
        context.addIssue({ code: 'custom', path: [index], message: 'must not be named twice' });
      }
    })
    .meta({ description: 'Groups whose members may approve; a member of any of them counts.' }),
  quorum: wholeNumber(1, 5).default(1).meta({ description: 'How many different people have to approve.' }),
  timeoutSeconds: wholeNumber(60, 604_800)
    .default(86_400)
    .meta({ description: 'Time after which a deployment that was not approved has failed, in seconds.' }),
});
