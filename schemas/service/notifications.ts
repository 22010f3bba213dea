import * as z from 'zod';
import { environmentName } from '../names.ts';
import { secretReference } from './secret-reference.ts';
import { wrongType } from './wrong-type.ts';

/** What somebody can be told of: events of a deployment. */
export const notifiedEvents = [
  'deployment.started',
  'deployment.succeeded',
  'deployment.failed',
  'deployment.cancelled',
  'deployment.superseded',
  'deployment.approval_requested',
  'deployment.rolled_back',
  'deployment.rollback_failed',
] as const;

const shared = {
  events: z
    .array(z.enum(notifiedEvents, { error: `must be an event: ${notifiedEvents.join(', ')}` }))
    .min(1, 'must name at least one event')
    .default([
      'deployment.failed',
      'deployment.approval_requested',
      'deployment.rolled_back',
      'deployment.rollback_failed',
    ])
    .meta({ description: 'Events to tell of.' }),
  environments: z
    .array(environmentName)
    .min(1, 'must name at least one environment')
    .optional()
    .meta({ description: 'Environments whose events count; every one if absent.' }),
};

const slack = z.strictObject({
  type: z.literal('slack').meta({ description: "A message by Slack's incoming webhook, or one that is compatible." }),
  webhook: secretReference.meta({ description: 'Secret that holds the address of the webhook.' }),
  ...shared,
});

const email = z.strictObject({
  type: z.literal('email').meta({ description: 'A message by e-mail.' }),
  addresses: z
    .array(
      z
        .string()
        .max(254, 'must be at most 254 characters long')
        .regex(/^[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$/, 'must be an e-mail address'),
    )
    .min(1, 'must name at least one address')
    .max(20, 'must be at most 20 addresses')
    .meta({ description: 'Who gets it.' }),
  ...shared,
});

const notification = z.discriminatedUnion('type', [slack, email], { error: wrongType('slack or email') });

/** Who is told of what. */
export const notifications = z.array(notification).max(20, 'must be at most 20 notifications');
export type Notification = z.output<typeof notification>;
