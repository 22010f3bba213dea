import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';

/** Nothing was written, and the next round may well go through: two transactions met on one item, or the table is busy. */
const passing = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

export type Cancellation =
  /** The condition of the item at this place does not hold. */
  { readonly kind: 'condition'; readonly index: number } | { readonly kind: 'busy' };

/** Why a transaction was cancelled, when that is part of the game; `undefined` for any other error. */
export function cancellationOf(error: unknown): Cancellation | undefined {
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
  const index = codes.indexOf('ConditionalCheckFailed');
  if (index >= 0) return { kind: 'condition', index };
  return codes.some((code) => passing.includes(code)) ? { kind: 'busy' } : undefined;
}
