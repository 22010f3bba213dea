import { SendEmailCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import type { Message } from '#domain/notification/message.ts';
import { Refusal } from '#domain/refusal.ts';
import { isTransient } from '#ports/transient.ts';
import type { Delivery } from '#ports/notifier.ts';

/** Faults that are over when somebody has seen to the account, not to the message. */
const accountFaults = ['SendingPausedException', 'AccountSuspendedException', 'LimitExceededException'];

export class SesEmailSender {
  readonly #client: () => SESv2Client;
  readonly #sender: string | undefined;

  /** @param sender address of a verified identity; without one no mail is sent */
  constructor(client: () => SESv2Client, sender: string | undefined) {
    this.#client = client;
    this.#sender = sender;
  }

  /** @throws Refusal `unavailable` when SES is busy or does not send at present */
  async send({ title, lines, nextAction, link }: Message, address: string): Promise<Delivery> {
    if (this.#sender === undefined) return { kind: 'refused', reason: 'No sender of e-mail is configured.' };
    const text = [title, '', ...lines, ...(nextAction ? ['', `Next: ${nextAction}`] : []), ...(link ? ['', link] : [])];
    try {
      await this.#client().send(
        new SendEmailCommand({
          FromEmailAddress: this.#sender,
          Destination: { ToAddresses: [address] },
          Content: {
            Simple: {
              Subject: { Data: title, Charset: 'UTF-8' },
              Body: { Text: { Data: `${text.join('\n')}\n`, Charset: 'UTF-8' } },
            },
          },
        }),
      );
      return { kind: 'sent' };
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (isTransient(error) || accountFaults.includes(name)) {
        throw new Refusal('unavailable', `E-mail cannot be sent just now (${name}).`, {
          transient: true,
          cause: error,
        });
      }
      // By its kind only: the text tells the address.
      if (['MessageRejected', 'BadRequestException', 'MailFromDomainNotVerifiedException'].includes(name)) {
        return { kind: 'refused', reason: `SES does not take the message (${name}).` };
      }
      throw error;
    }
  }
}
