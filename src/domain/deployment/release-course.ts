import type { Manifest } from '#schemas/service/manifest.ts';
import type { Failure } from '#schemas/workflows/failure.ts';
import type { Release } from './deployment.ts';

/** What the balancer says of the last move. */
interface MoveStatus {
  readonly settled: boolean;
  /** The share that the version really has. */
  readonly percent: number;
  readonly problem?: string;
}

/** The next thing to do on the way to all traffic. */
export type Course =
  | { readonly kind: 'move'; readonly percent: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'released' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Starting tasks, their health checks and the draining of the old ones take minutes; longer than this, nothing comes. */
const mostSettleSeconds = 1_800;
/** A command is seen at the next look. */
const mostWaitSeconds = 5;

/** Where a release stands: what to do next, from the moves that were made and what came of them. */
export function courseOf(
  release: Release,
  strategy: Manifest['strategy'],
  status: MoveStatus | undefined,
  nowMs: number,
): Course {
  const { move } = release;
  const shares = sharesOf(release, strategy);
  if (!move || !status) return { kind: 'move', percent: shares[0] ?? 100 };
  if (status.problem !== undefined) return failed('step_failed', `The new version does not come up: ${status.problem}`);

  const elapsedSeconds = Math.floor((nowMs - move.atMs) / 1000);
  if (!status.settled) {
    if (elapsedSeconds > mostSettleSeconds) {
      return failed('timeout', `The new version had not taken over after ${mostSettleSeconds / 60} minutes.`);
    }
    // Sooner at first: a small service is through in seconds.
    return { kind: 'wait', seconds: Math.min(mostWaitSeconds, 1 + Math.floor(elapsedSeconds / 10)) };
  }
  // Somebody else moved the traffic since; the release is ours to finish, or to take back.
  if (status.percent !== move.percent) return { kind: 'move', percent: move.percent };
  const percent = shares.find((share) => share > move.percent);
  if (percent === undefined) return { kind: 'released' };
  const pause = strategy.type === 'rolling' ? strategy.pauseSeconds - elapsedSeconds : 0;
  return pause > 0 ? { kind: 'wait', seconds: Math.min(mostWaitSeconds, pause) } : { kind: 'move', percent };
}

/**
 * The shares of traffic that a release goes through, growing, the last one 100. A first release has nothing that could
 * keep the rest; and ECS replaces its tasks in batches by itself.
 */
function sharesOf({ target, baselineVersion }: Release, strategy: Manifest['strategy']): readonly number[] {
  if (strategy.type !== 'rolling' || target.kind === 'ecs' || baselineVersion === undefined) return [100];
  const { batches } = strategy;
  return Array.from({ length: batches }, (_, index) => Math.round((100 * (index + 1)) / batches));
}

/** How many percent of an ECS service's tasks a move replaces at a time. */
export function batchPercentOf(strategy: Manifest['strategy']): number {
  return strategy.type === 'rolling' ? Math.ceil(100 / strategy.batches) : 100;
}

function failed(code: Failure['code'], message: string): Course {
  return { kind: 'failed', failure: { code, message, step: 'release' } };
}
