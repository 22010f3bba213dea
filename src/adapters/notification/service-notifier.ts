import { createHash } from 'node:crypto';
import type { NotificationRequest } from '#schemas/external/notification-service.ts';
import { receiverKey, type Message, type Receiver } from '#domain/notification/message.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Delivery, Notifier } from '#ports/notifier.ts';

interface ServiceOptions {
  /** Base address. */
  readonly url: string;
  readonly token: () => Promise<string | undefined>;
  readonly timeoutMs?: number;
}

/** Leaves the sending to an external Notification Service; `schemas/external/notification-service.ts` is the contract. */
export class ServiceNotifier implements Notifier {
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  async send(message: Message, receiver: Receiver): Promise<Delivery> {
    const { url, token, timeoutMs = 10_000 } = this.#options;
    const bearer = await token();
    const { id, kind, service, environment, title, lines, nextAction, link } = message;
    const body: NotificationRequest = {
      schemaVersion: 1,
      id,
      kind,
      service,
      environment,
      title,
      lines: [...lines],
      ...(nextAction !== undefined && { nextAction }),
      ...(link !== undefined && { link }),
      receiver,
    };
    const response = await fetch(`${url.replace(/\/+$/, '')}/v1/notifications`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': createHash('sha256')
          .update(`${id}\n${receiverKey(receiver)}`)
          .digest('hex'),
        'user-agent': 'deployment-service',
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
      // Another host would get the token.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((cause: unknown) => {
      throw new Refusal('unavailable', 'The notification service cannot be reached.', { transient: true, cause });
    });
    await response.body?.cancel();
    if (response.ok) return { kind: 'sent' };
    // 401 and 403 are a fault of this installation that somebody mends, not of the message.
    if (response.status >= 500 || [401, 403, 408, 429].includes(response.status)) {
      throw new Refusal('unavailable', `The notification service answered ${response.status}.`, { transient: true });
    }
    return { kind: 'refused', reason: `The notification service does not take it: it answered ${response.status}.` };
  }
}
