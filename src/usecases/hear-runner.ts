import type { Deps } from '#ports/deps.ts';
import type { FoundStages } from '#schemas/workflows/build-cache.ts';
import type { RunnerMessage } from '#schemas/workflows/runner-message.ts';
import { findCachedStages } from './find-cached-stages.ts';
import { keepCachedStages } from './keep-cached-stages.ts';
import { recordStageMark } from './record-stage-mark.ts';

/** Everything that a running build says, by what it says. */
export async function hearRunner(
  deps: Pick<Deps, 'deployments' | 'seal' | 'clock' | 'digest' | 'buildCache' | 'blobs'>,
  message: RunnerMessage,
): Promise<FoundStages | undefined> {
  if (!('message' in message)) {
    await recordStageMark(deps, message);
    return undefined;
  }
  if (message.message === 'find-stages') return findCachedStages(deps, message);
  await keepCachedStages(deps, message);
  return undefined;
}
