import { ServiceFault } from '../../gateway/wire.ts';
import type { Item } from './attribute-value.ts';

export interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

/** The reason of a write that was not to blame. */
export const NO_REASON: CancellationReason = { Code: 'None' };

const CODES: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  ValidationException: 'ValidationError',
};

export function reasonOf(fault: ServiceFault): CancellationReason {
  const Code = CODES[fault.code];
  if (Code === undefined) throw fault;
  return { Code, Message: fault.message, ...fault.members };
}

/** @param reasons one for each write of the request, in its order */
export function cancelled(reasons: readonly CancellationReason[]): ServiceFault {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new ServiceFault(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { members: { CancellationReasons: reasons } },
  );
}
