/** What the scheduler knows of a task that has not stopped. */
export interface PlannedTask {
  readonly id: string;
  readonly deploymentId: string;
  readonly state: 'starting' | 'running' | 'stopping';
  /** `waiting`: no health check has said anything yet, or the grace period still forgives. */
  readonly health: 'waiting' | 'healthy' | 'unhealthy';
}

export interface PlannedService {
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly primary: { readonly id: string; readonly failed: boolean };
}

export interface ServicePlan {
  /** How many tasks of the primary deployment are started. */
  readonly start: number;
  readonly stop: readonly { readonly id: string; readonly why: 'scaling' | 'unhealthy' }[];
  /** All that is desired serves, and nothing else runs any more. */
  readonly steady: boolean;
}

/**
 * One step of the rolling update as ECS documents it: never more tasks than `maximumPercent` of the desired count (rounded
 * down), and an old task only goes while more are healthy than `minimumHealthyPercent` of it (rounded up) asks for. Tasks that
 * are being stopped count for neither.
 */
export function planService(service: PlannedService, tasks: readonly PlannedTask[]): ServicePlan {
  const { desiredCount, primary } = service;
  const most = Math.max(Math.floor((desiredCount * service.maximumPercent) / 100), 0);
  const least = Math.ceil((desiredCount * service.minimumHealthyPercent) / 100);

  const sick = tasks.filter(({ state, health }) => state === 'running' && health === 'unhealthy');
  const alive = tasks.filter((task) => task.state !== 'stopping' && !sick.includes(task));
  const own = alive.filter(({ deploymentId }) => deploymentId === primary.id);
  const old = alive.filter(({ deploymentId }) => deploymentId !== primary.id);
  const healthyOwn = own.filter(isHealthy).length;

  const room = Math.max(most - alive.length, 0);
  const start = primary.failed ? 0 : Math.min(Math.max(desiredCount - own.length, 0), room);

  // Those that serve nobody yet go first, and cost nothing.
  const surplus = notYetHealthyFirst(own).slice(0, Math.max(own.length - desiredCount, 0));
  const spare = Math.max(healthyOwn + old.filter(isHealthy).length - least, 0);
  const replaced = primary.failed ? [] : outgoing(old, spare, own.length, desiredCount, most);

  return {
    start,
    stop: [
      ...sick.map(({ id }) => ({ id, why: 'unhealthy' as const })),
      ...[...surplus, ...replaced].map(({ id }) => ({ id, why: 'scaling' as const })),
    ],
    steady:
      !primary.failed &&
      healthyOwn === desiredCount &&
      own.length === desiredCount &&
      sick.length === 0 &&
      tasks.every(({ deploymentId }) => deploymentId === primary.id),
  };
}

/** Old tasks that go now: healthy ones as far as they can be spared, others to make room where there is none. */
function outgoing(
  old: readonly PlannedTask[],
  spare: number,
  ownCount: number,
  desiredCount: number,
  most: number,
): readonly PlannedTask[] {
  const idle = old.filter((task) => !isHealthy(task));
  const serving = old.filter(isHealthy);
  const missing = desiredCount - ownCount;
  const lacksRoom = missing > 0 && old.length + ownCount >= most;
  const over = Math.max(old.length + ownCount - Math.max(desiredCount, 0), 0);
  const wanted = lacksRoom ? Math.min(missing, old.length) : Math.min(over, old.length);
  const first = idle.slice(0, wanted);
  return [...first, ...serving.slice(0, Math.min(spare, wanted - first.length))];
}

function notYetHealthyFirst(tasks: readonly PlannedTask[]): readonly PlannedTask[] {
  return [...tasks.filter((task) => !isHealthy(task)), ...tasks.filter(isHealthy)];
}

function isHealthy({ state, health }: PlannedTask): boolean {
  return state === 'running' && health === 'healthy';
}

/** How many tasks in a row must fail for the circuit breaker: half of the desired count, from 3 to 200. */
export function failureThreshold(desiredCount: number): number {
  return Math.min(Math.max(Math.ceil(desiredCount / 2), 3), 200);
}
