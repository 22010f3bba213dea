import * as z from 'zod';
import { envelope, type EventContract } from './envelope.ts';

/** An event of a deployment as the bus delivers it: its detail-type beside its detail. */
export function deliveredForDeployment<Type extends string, Data extends z.ZodType>({
  type,
  data,
}: EventContract<Type, Data>) {
  return z.object({ 'detail-type': z.literal(type), detail: envelope.extend({ deploymentId: z.string(), data }) });
}
