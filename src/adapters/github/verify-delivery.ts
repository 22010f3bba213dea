import { createHmac } from 'node:crypto';
import { sameText } from '../webhooks/same-text.ts';
import type { DeliveryCheck } from '../webhooks/delivery-check.ts';

/** GitHub signs the body with the secret of the webhook: `X-Hub-Signature-256: sha256=<HMAC-SHA256 in hexadecimal>`. */
export const isFromGithub: DeliveryCheck = ({ headers, body }, secrets) => {
  const given = /^sha256=([0-9a-f]{64})$/i.exec(headers['x-hub-signature-256'] ?? '')?.[1]?.toLowerCase();
  if (given === undefined) return false;
  // Each is tried, so that the time tells nothing about which one it was.
  return secrets
    .map((secret) => sameText(given, createHmac('sha256', secret).update(body).digest('hex')))
    .includes(true);
};
