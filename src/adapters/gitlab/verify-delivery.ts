import { createHmac } from 'node:crypto';
import type { ReceivedDelivery } from '#ports/webhook-verifier.ts';
import type { DeliveryCheck } from '../webhooks/delivery-check.ts';
import { sameText } from '../webhooks/same-text.ts';

/** How a signing token begins, by which it is told from a secret token; what follows is the key in base64. */
const signingPrefix = 'whsec_';
/** The tolerance of the Standard Webhooks specification, which GitLab's signatures follow. */
const toleranceSeconds = 5 * 60;

/**
 * GitLab signs with a signing token, `HMAC-SHA256(<webhook-id>.<webhook-timestamp>.<body>)`, or sends a secret token along.
 * A secret of the one kind is never taken for the other.
 */
export const isFromGitlab: DeliveryCheck = (delivery, secrets, nowMs) => {
  const keys = secrets.filter((secret) => secret.startsWith(signingPrefix));
  const tokens = secrets.filter((secret) => !secret.startsWith(signingPrefix));
  return isSigned(delivery, keys, nowMs) || bearsToken(delivery, tokens);
};

function bearsToken({ headers }: Pick<ReceivedDelivery, 'headers'>, tokens: readonly string[]): boolean {
  const given = headers['x-gitlab-token'];
  return given !== undefined && tokens.map((token) => sameText(given, token)).includes(true);
}

function isSigned(
  { headers, body }: Pick<ReceivedDelivery, 'headers' | 'body'>,
  keys: readonly string[],
  nowMs: number,
): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp = '', 'webhook-signature': signature } = headers;
  if (id === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return false;
  // Several while the token is being changed.
  const given = signature.split(' ').flatMap((each) => (each.startsWith('v1,') ? [each.slice('v1,'.length)] : []));
  return keys
    .flatMap((key) => {
      const mac = createHmac('sha256', Buffer.from(key.slice(signingPrefix.length), 'base64'));
      const wanted = mac.update(`${id}.${timestamp}.`).update(body).digest('base64');
      return given.map((each) => sameText(each, wanted));
    })
    .includes(true);
}
