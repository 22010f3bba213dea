import * as z from 'zod';
import { environmentName, instant, serviceName } from '../names.ts';

export const eventSource = 'deployment-service';

/**
 * What every event carries. Delivery is at least once and unordered: dedupe by `id`, order by `seq`.
 * `prevHash` is the SHA-256 of the aggregate's previous detail, so the sequence is an audit chain.
 */
export const envelope = z.object({
  schemaVersion: z.literal(1),
  /** `<aggregate>#<seq>` */
  id: z.string(),
  /** Counts from 1 without a gap within one aggregate. */
  seq: z.int().min(1),
  prevHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The detail-type once more, so that the chain vouches for it as well. Events of before may lack it. */
  type: z.string().optional(),
  occurredAt: instant,
  correlationId: z.string(),
  traceId: z.string(),
  actor: z.string(),
  deploymentId: z.string().optional(),
  service: serviceName,
  environment: environmentName.optional(),
});

/** One kind of event: its detail-type, and the schema of its detail. */
export interface EventContract<Type extends string = string, Data extends z.ZodType = z.ZodType> {
  readonly type: Type;
  readonly data: Data;
}

export function defineEvent<Type extends string, Data extends z.ZodType>(
  type: Type,
  data: Data,
): EventContract<Type, Data> {
  return { type, data };
}
