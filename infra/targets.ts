import * as z from 'zod';
import { environmentName, serviceName } from '#schemas/names.ts';

const released = { service: serviceName, environment: environmentName };

/** What a target account keeps for being released into, as its people write it down. */
export const targets = z.strictObject({
  deploymentService: z.strictObject({
    account: z.string().regex(/^\d{12}$/, 'must be 12 digits'),
    region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region'),
    /** `BlobBucket` of its stack `deployment-service-data`. */
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
  }),
  targets: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('lambda'),
          ...released,
          functionName: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the name of a Lambda function'),
        }),
        z.strictObject({
          kind: z.literal('ecs'),
          ...released,
          cluster: z.string().min(1),
          /** Of the ECS service, and of the family of its task definition. */
          serviceName: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'must be a name of at most 64 characters'),
          /** The roles that its tasks run with. */
          taskRoles: z.array(z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'must be ARNs of roles')).min(1),
        }),
      ]),
    )
    .min(1),
});
export type Targets = z.output<typeof targets>;

/** @throws an error that names every fault at its place */
export function readTargets(value: unknown): Targets {
  const parsed = targets.safeParse(value);
  if (!parsed.success) throw new Error(`The targets are not valid:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
