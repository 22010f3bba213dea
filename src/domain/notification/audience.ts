import type { NotifiedType } from '#schemas/events/notified-events.ts';
import type { Manifest } from '#schemas/service/manifest.ts';
import { receiverKey, type Receiver } from './message.ts';

/** Who hears of an event by a manifest, each once whatever number of rules names them. */
export function audienceOf(
  { notifications = [] }: Pick<Manifest, 'notifications'>,
  type: NotifiedType,
  environment: string,
): readonly Receiver[] {
  const receivers = notifications
    .filter(({ events, environments }) => events.includes(type) && (environments?.includes(environment) ?? true))
    .flatMap((rule): readonly Receiver[] =>
      rule.type === 'slack'
        ? [{ kind: 'slack', webhook: rule.webhook }]
        : rule.addresses.map((address) => ({ kind: 'email', address })),
    );
  return [...new Map(receivers.map((receiver) => [receiverKey(receiver), receiver])).values()];
}
