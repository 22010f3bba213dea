import type { Deps } from '#ports/deps.ts';

export type Condition = 'ok' | 'degraded' | 'down';

export interface Health {
  readonly status: Condition;
  readonly table: Condition;
  readonly runner: { readonly status: Condition; readonly lastHeartbeat?: string };
  readonly queueDepth: number;
}

/** A heartbeat comes once a minute; three missing ones mean that builds will not start. */
const heartbeatLimitMs = 3 * 60_000;

/** How the control plane is. A table that does not answer is an answer here, not an error. */
export async function getHealth(deps: Pick<Deps, 'deployments' | 'runners' | 'clock'>): Promise<Health> {
  try {
    const [queueDepth, lastHeartbeat] = await Promise.all([
      deps.deployments.queueDepth(),
      deps.runners.lastHeartbeat(),
    ]);
    const fresh = lastHeartbeat && deps.clock.now().getTime() - lastHeartbeat.getTime() <= heartbeatLimitMs;
    const runner = fresh ? 'ok' : 'degraded';
    return {
      status: runner,
      table: 'ok',
      runner: { status: runner, ...(lastHeartbeat && { lastHeartbeat: lastHeartbeat.toISOString() }) },
      queueDepth,
    };
  } catch {
    return { status: 'down', table: 'down', runner: { status: 'degraded' }, queueDepth: 0 };
  }
}
