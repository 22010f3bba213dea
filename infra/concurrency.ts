import type { FunctionRow } from '#functions/catalog.ts';

/**
 * What part of the account's concurrent executions a function has to itself, in percent. It is a guarantee and a limit at
 * once: nothing else can take it, and a flood of this function's work takes no more.
 */
function sharePercent({ trigger }: FunctionRow): number | undefined {
  switch (trigger.kind) {
    // Every event and every wake-up goes through one of these.
    case 'table-stream':
      return 5;
    // A build that writes without end must not keep others from beginning.
    case 'build-logs':
      return 10;
    // Nobody comes in without it, and anybody may call it with a token that is none.
    case 'authorizer':
      return 5;
    case 'api':
      // Each viewer of a log holds one for minutes.
      if (trigger.contract.streams) return 25;
      // Anybody may send something that pretends to be a delivery.
      if (trigger.contract.permission === 'public' && trigger.contract.body === 'raw') return 2;
      return undefined;
    case 'task':
    case 'event':
    case 'runner':
    case 'schedule':
      return undefined;
  }
}

/** AWS keeps as many for the functions that reserve nothing, and refuses a reservation that would take of them. */
const mostUnreserved = 100;

/**
 * The concurrent executions that a function has to itself.
 *
 * @param limit of the account, in its region
 */
export function reservedFor(row: FunctionRow, limit: number): number | undefined {
  const percent = sharePercent(row);
  // Of an account that has just begun nothing can be reserved.
  if (percent === undefined || limit < 4 * mostUnreserved) return undefined;
  return Math.floor((limit * percent) / 100);
}
