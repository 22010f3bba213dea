import type { HostClock } from '../../clock.ts';
import type { Progress } from './describe.ts';
import { conflict } from './faults.ts';
import { functionArn } from './function-names.ts';

/**
 * How far the last change of each function is. Here a change is done when its answer is sent; but on AWS it is not,
 * and a caller that does not wait for it fails there. So a change stays under way until somebody reads the function,
 * as every waiter does, or until a moment has passed.
 */
export interface Settling {
  begin(functionName: string, progress: 'creating' | 'updating'): void;
  of(functionName: string): Progress;
  /** The function was read: whoever asked may go on. */
  observed(functionName: string): void;
  /** @throws ServiceFault `ResourceConflictException` while a change is under way */
  refuseChange(functionName: string): void;
  /** @throws ServiceFault `ResourceConflictException` while the function is being created */
  refuseInvoke(functionName: string): void;
}

const CHANGE_MS = 200;

export function createSettling(clock: HostClock): Settling {
  const changes = new Map<string, { readonly progress: Progress; readonly untilMs: number }>();
  const of = (functionName: string): Progress => {
    const change = changes.get(functionName);
    if (change && clock.now() < change.untilMs) return change.progress;
    changes.delete(functionName);
    return 'ready';
  };
  return {
    begin: (functionName, progress) => void changes.set(functionName, { progress, untilMs: clock.now() + CHANGE_MS }),
    of,
    observed: (functionName) => void changes.delete(functionName),
    refuseChange(functionName) {
      const progress = of(functionName);
      if (progress === 'creating') throw stillPending();
      if (progress === 'updating') {
        throw conflict(
          `The operation cannot be performed at this time. An update is in progress for resource: ${functionArn(functionName)}`,
        );
      }
    },
    refuseInvoke(functionName) {
      if (of(functionName) === 'creating') throw stillPending();
    },
  };
}

const stillPending = () =>
  conflict('The operation cannot be performed at this time. The function is currently in the following state: Pending');
