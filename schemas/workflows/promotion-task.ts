import * as z from 'zod';
import { deploymentId, environmentName } from '../names.ts';

/** `promote-onward`: which deployment goes on, and where. */
export const promotionTask = z.object({ deploymentId, environment: environmentName });
export type PromotionTask = z.infer<typeof promotionTask>;

/** Input of the machine `promotion`: first the commit has to run for a while where it is. */
export const promotionInput = promotionTask.extend({ soakSeconds: z.int().min(0) });
export type PromotionInput = z.infer<typeof promotionInput>;
