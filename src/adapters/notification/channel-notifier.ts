import type { Message, Receiver } from '#domain/notification/message.ts';
import type { Delivery, Notifier } from '#ports/notifier.ts';
import type { GuardedHosts } from '../http/guarded-post.ts';
import type { SecretReader } from '../secretsmanager/secret-reader.ts';
import type { SesEmailSender } from '../ses/email-sender.ts';
import { sendToWebhook } from '../slack/send-to-webhook.ts';

interface Channels {
  readonly secrets: Pick<SecretReader, 'value'>;
  readonly email: Pick<SesEmailSender, 'send'>;
  readonly hosts: GuardedHosts;
}

/** The built-in notifier: webhooks and e-mail, with nothing else to be run. */
export class ChannelNotifier implements Notifier {
  readonly #channels: Channels;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  async send(message: Message, receiver: Receiver): Promise<Delivery> {
    const { secrets, email, hosts } = this.#channels;
    if (receiver.kind === 'email') return email.send(message, receiver.address);
    const address = await secrets.value(receiver.webhook);
    if (address === undefined) {
      return { kind: 'refused', reason: `There is no webhook address to be read at ${receiver.webhook}.` };
    }
    return sendToWebhook(address, message, hosts);
  }
}
