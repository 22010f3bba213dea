import type { HostClock } from '#local/clock.ts';
import type { CheckResult } from './check-target.ts';
import type { HealthCheck } from './records.ts';

/** What the checks say of a target, with reason and description in the words of the service. */
export type Health =
  | { readonly state: 'initial' | 'unhealthy'; readonly reason: string; readonly description: string }
  | { readonly state: 'healthy' };

export interface HealthWatch {
  health(): Health;
  stop(): void;
}

/** A fresh target is asked this often until its first good answer: nobody waits half a minute on a machine of his own. */
const EAGER_MS = 200;

const registering: Health = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
};

/**
 * Asks one target again and again. One good answer makes a fresh target healthy; after that it takes so many good or bad
 * answers in a row as the target group says.
 */
export function createHealthWatch(options: {
  readonly clock: HostClock;
  /** Read before each check, since they can be modified; undefined when the group is gone. */
  readonly settings: () => HealthCheck | undefined;
  readonly check: (settings: HealthCheck) => Promise<CheckResult>;
  readonly changed: () => void;
}): HealthWatch {
  const { clock, settings, check, changed } = options;
  let health: Health = registering;
  let stopped = false;
  let cancel: () => void = () => undefined;
  let good = 0;
  let bad = 0;
  let badAt = Number.NEGATIVE_INFINITY;

  const note = (result: CheckResult, wanted: HealthCheck): void => {
    const before = health.state;
    if (result.kind === 'well') {
      good++;
      bad = 0;
      if (before === 'initial' || good >= wanted.healthyThreshold) health = { state: 'healthy' };
    } else {
      good = 0;
      // What is asked more often than configured must not fail sooner for it.
      if (before !== 'initial' || clock.now() - badAt >= wanted.intervalSeconds * 1000) {
        bad++;
        badAt = clock.now();
      }
      if (bad >= wanted.unhealthyThreshold) health = { state: 'unhealthy', ...complaintOf(result) };
    }
    if (health.state !== before) changed();
  };
  const round = async (): Promise<void> => {
    const wanted = settings();
    if (!wanted) return;
    const result = await check(wanted);
    if (stopped) return;
    note(result, wanted);
    // `changed` may have led to this target's end.
    if (!stopped) plan(health.state === 'initial' ? EAGER_MS : wanted.intervalSeconds * 1000);
  };
  const plan = (delayMs: number): void => {
    cancel = clock.after(delayMs, () => void round());
  };
  plan(0);

  return {
    health: () => health,
    stop() {
      stopped = true;
      cancel();
    },
  };
}

function complaintOf(result: Exclude<CheckResult, { kind: 'well' }>) {
  switch (result.kind) {
    case 'code':
      return {
        reason: 'Target.ResponseCodeMismatch',
        description: `Health checks failed with these codes: [${result.code}]`,
      };
    case 'timeout':
      return { reason: 'Target.Timeout', description: 'Request timed out' };
    case 'unreachable':
      return { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' };
  }
}
