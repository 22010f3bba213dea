import type { ChainVerification } from '#schemas/api/verify-audit.ts';
import type { ChainVerdict } from './verify-chain.ts';

/** A verdict as the API tells it. */
export function verdictView({ status, faults }: ChainVerdict): ChainVerification {
  return { status, faults: faults.map((fault) => ({ ...fault })) };
}
