import type { Message } from '#domain/notification/message.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Delivery } from '#ports/notifier.ts';
import { guardedPost, type GuardedHosts } from '../http/guarded-post.ts';
import { slackPayload } from './slack-payload.ts';

/** @throws Refusal `unavailable` when the webhook is down or asks for patience; its address is told to nobody */
export async function sendToWebhook(address: string, message: Message, hosts: GuardedHosts): Promise<Delivery> {
  const answer = await guardedPost(address, slackPayload(message), hosts);
  switch (answer.kind) {
    case 'forbidden':
      return { kind: 'refused', reason: `The webhook's address must not be called: ${answer.reason}.` };
    case 'unreachable':
      throw new Refusal('unavailable', `The webhook cannot be reached (${answer.reason}).`, { transient: true });
    case 'answer': {
      const { status, retryAfterSeconds } = answer;
      if (status >= 200 && status < 300) return { kind: 'sent' };
      if (status >= 500 || status === 429 || status === 408) {
        throw new Refusal('unavailable', `The webhook answered ${status}.`, {
          transient: true,
          ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
        });
      }
      return { kind: 'refused', reason: `The webhook answered ${status}: it is gone, or does not take this.` };
    }
  }
}
