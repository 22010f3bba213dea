import { createHash } from 'node:crypto';

/** `sha256:` and 64 digits: what names a blob and a manifest. The only algorithm here, as in ECR. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
