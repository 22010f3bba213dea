import * as z from 'zod';

/** A row of the table, as it was. */
const row = z.looseObject({ pk: z.string(), sk: z.string() });

export const chainHead = z.object({ seq: z.int().min(0), hash: z.string() });

/** A link of a chain. All of its detail is kept: what a schema left out, a hash would miss. */
export const chainLink = z.object({
  type: z.string(),
  detail: z.looseObject({ id: z.string(), seq: z.number(), prevHash: z.string(), type: z.string().optional() }),
  publishedAt: z.string().optional(),
});
export type ChainLinkView = z.infer<typeof chainLink>;

/** All that there was of a deployment, as it lies in the archive. Equal rows make equal bytes. */
export const archivedRecord = z.object({
  format: z.literal('deployment-service/record'),
  version: z.literal(1),
  deploymentId: z.string(),
  service: z.string(),
  environment: z.string(),
  /** The deployment's own row, its steps and commands, in the order of their keys. */
  rows: z.array(row),
  chain: z.object({ head: chainHead, events: z.array(chainLink) }),
  /** Where its log lies. */
  log: z.looseObject({ key: z.string(), sha256: z.string() }).optional(),
});
export type ArchivedRecord = z.infer<typeof archivedRecord>;
