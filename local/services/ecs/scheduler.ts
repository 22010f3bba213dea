import { randomUUID } from 'node:crypto';
import type { HostClock } from '#local/clock.ts';
import type { Targets } from '../elbv2/targets.ts';
import { newDeploymentId, nameIn } from './ecs-arn.ts';
import type { LaunchTask } from './launch-task.ts';
import { failureThreshold, planService, type PlannedTask } from './plan-service.ts';
import type { EcsRecords, Service, ServiceDeployment, Task } from './records.ts';
import { address, createTaskHost, type TaskHost } from './task-host.ts';

export interface Scheduler {
  /** Puts a new primary deployment in front of a service's deployments; the caller saves the service. */
  deploy(service: Service, definition: string, reason?: string): ServiceDeployment;
  /** To be called after a service changed: does in the next moment what follows from it. */
  poke(serviceArn: string): void;
  readonly host: TaskHost;
  /** At boot: brings back what ran when an earlier host ended. */
  resume(): void;
  close(): Promise<void>;
}

interface SchedulerOptions {
  readonly clock: HostClock;
  readonly records: EcsRecords;
  readonly targets: Targets;
  readonly launch: LaunchTask;
}

const UNHEALTHY = 'Task failed ELB health checks';
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
const SHORT_MS = 60_000;
const KEPT_EVENTS = 50;

/** Keeps services at what they should be: starts, replaces and stops tasks, and settles deployments. */
export function createScheduler({ clock, records, targets, launch }: SchedulerOptions): Scheduler {
  const waiting = new Set<string>();
  const timers = new Map<string, { readonly atMs: number; readonly cancel: () => void }>();
  let closed = false;

  const host = createTaskHost({ clock, records, targets, launch, changed: (task) => onTask(task) });
  targets.onChange((group) => {
    for (const service of records.services()) {
      if (service.loadBalancers.some(({ targetGroupArn }) => targetGroupArn === group)) poke(service.arn);
    }
  });

  const poke = (arn: string): void => {
    if (closed) return;
    if (waiting.size === 0) queueMicrotask(work);
    waiting.add(arn);
  };
  const work = (): void => {
    const arns = [...waiting];
    waiting.clear();
    for (const arn of arns) if (!closed) reconcile(arn);
  };
  /** Once at the earliest of the moments that were asked for; what is due later is asked for again then. */
  const pokeAt = (arn: string, atMs: number): void => {
    const present = timers.get(arn);
    if (present && present.atMs <= atMs) return;
    present?.cancel();
    const cancel = clock.after(atMs - clock.now(), () => {
      timers.delete(arn);
      poke(arn);
    });
    timers.set(arn, { atMs, cancel });
  };

  const say = (service: Service, message: string): void => {
    const event = { id: randomUUID(), atMs: clock.now(), message: `(service ${service.name}) ${message}` };
    service.events = [event, ...service.events].slice(0, KEPT_EVENTS);
  };
  const deploy: Scheduler['deploy'] = (service, definition, reason) => {
    const id = newDeploymentId();
    const deployment: ServiceDeployment = {
      id,
      status: 'PRIMARY',
      definition,
      createdMs: clock.now(),
      updatedMs: clock.now(),
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: reason ?? `ECS deployment ${id} in progress.`,
      failedTasks: 0,
      shortLived: 0,
      notBeforeMs: 0,
    };
    for (const earlier of service.deployments) earlier.status = 'ACTIVE';
    service.deployments = [deployment, ...service.deployments];
    return deployment;
  };

  /** A task came to run, or stopped: what that means for the deployment that started it. */
  const onTask = (task: Task): void => {
    const service = records.service(task.service);
    const deployment = service?.deployments.find(({ id }) => id === task.deploymentId);
    if (service && deployment && hasEndedBadly(task)) {
      if (hasFailed(task)) deployment.failedTasks++;
      deployment.updatedMs = clock.now();
      const ranMs = clock.now() - (task.startedMs ?? clock.now());
      deployment.shortLived = ranMs < SHORT_MS ? deployment.shortLived + 1 : 0;
      if (deployment.shortLived > 0) {
        const pause = Math.min(FIRST_PAUSE_MS * 2 ** (deployment.shortLived - 1), LONGEST_PAUSE_MS);
        deployment.notBeforeMs = clock.now() + pause;
      }
      say(
        service,
        `(task ${task.id}) stopped: ${task.stoppedReason ?? ''}${task.exitCode === undefined ? '' : ` (exit code ${task.exitCode})`}`,
      );
      breakCircuit(service, deployment);
      records.putService(service);
    }
    poke(task.service);
  };
  const breakCircuit = (service: Service, deployment: ServiceDeployment): void => {
    const { enable, rollback } = service.configuration.deploymentCircuitBreaker;
    if (!enable || deployment.status !== 'PRIMARY' || deployment.rolloutState !== 'IN_PROGRESS') return;
    if (deployment.failedTasks < failureThreshold(service.desiredCount)) return;
    deployment.rolloutState = 'FAILED';
    deployment.rolloutStateReason = 'ECS deployment circuit breaker: tasks failed to start.';
    say(service, `(deployment ${deployment.id}) deployment failed: tasks failed to start.`);
    const { lastCompleted } = service;
    if (!rollback || !lastCompleted) return;
    deploy(
      service,
      lastCompleted.definition,
      `ECS deployment circuit breaker: rolling back to deploymentId ${lastCompleted.deploymentId}.`,
    );
  };

  const healthOf = (task: Task, service: Service): PlannedTask['health'] => {
    if (task.lastStatus !== 'RUNNING') return 'waiting';
    const states = service.loadBalancers.map(
      ({ targetGroupArn }) =>
        targets.of(targetGroupArn).find(({ id, port }) => id === address && port === task.port)?.health.state,
    );
    if (states.every((state) => state === 'healthy')) return 'healthy';
    if (!states.includes('unhealthy')) return 'waiting';
    const forgivenUntil = (task.startedMs ?? 0) + service.graceSeconds * 1000;
    if (clock.now() >= forgivenUntil) return 'unhealthy';
    pokeAt(service.arn, forgivenUntil);
    return 'waiting';
  };
  const reconcile = (arn: string): void => {
    const service = records.service(arn);
    const primary = service?.deployments[0];
    if (!service || service.status === 'INACTIVE' || !primary) return;
    const tasks = host.alive().filter((task) => task.service === arn);
    const planned = tasks.map((task): PlannedTask => {
      const health = healthOf(task, service);
      if (health === 'healthy' && !task.wasHealthy) welcome(task, service);
      const state =
        task.desiredStatus === 'STOPPED' ? 'stopping' : task.lastStatus === 'RUNNING' ? 'running' : 'starting';
      return { id: task.arn, deploymentId: task.deploymentId, state, health };
    });
    const { desiredCount, configuration } = service;
    const plan = planService(
      { desiredCount, ...configuration, primary: { id: primary.id, failed: primary.rolloutState === 'FAILED' } },
      planned,
    );
    for (const { id, why } of plan.stop) {
      const task = tasks.find((each) => each.arn === id);
      if (task) stop(task, service, why);
    }
    if (plan.start > 0) start(service, primary, plan.start);
    if (plan.steady && primary.rolloutState === 'IN_PROGRESS') complete(service, primary);
    const used = new Set(tasks.map(({ deploymentId }) => deploymentId));
    service.deployments = service.deployments.filter(({ id, status }) => status === 'PRIMARY' || used.has(id));
    if (service.status === 'DRAINING' && tasks.length === 0) {
      service.status = 'INACTIVE';
      service.deployments = [];
    }
    records.putService(service);
  };
  const welcome = (task: Task, service: Service): void => {
    task.wasHealthy = true;
    records.putTask(task);
    const deployment = service.deployments.find(({ id }) => id === task.deploymentId);
    if (deployment) deployment.failedTasks = 0;
  };
  const stop = (task: Task, service: Service, why: 'scaling' | 'unhealthy'): void => {
    const groups = service.loadBalancers.map(({ targetGroupArn }) => targetGroupArn).join(', ');
    const reason =
      why === 'unhealthy'
        ? `${UNHEALTHY} in (target-group ${groups})`
        : `Scaling activity initiated by (deployment ${service.deployments[0]?.id ?? task.deploymentId})`;
    if (why === 'scaling') say(service, `has stopped 1 running tasks: (task ${task.id}).`);
    host.stop(task, reason, 'ServiceSchedulerInitiated');
  };
  const start = (service: Service, primary: ServiceDeployment, count: number): void => {
    if (clock.now() < primary.notBeforeMs) {
      pokeAt(service.arn, primary.notBeforeMs);
      return;
    }
    const started = Array.from({ length: count }, () => host.start(service, primary.id, primary.definition));
    say(service, `has started ${count} tasks: ${started.map(({ id }) => `(task ${id})`).join(' ')}.`);
  };
  const complete = (service: Service, primary: ServiceDeployment): void => {
    primary.rolloutState = 'COMPLETED';
    primary.rolloutStateReason = `ECS deployment ${primary.id} completed.`;
    primary.updatedMs = clock.now();
    service.lastCompleted = { definition: primary.definition, deploymentId: primary.id };
    say(service, `(deployment ${primary.id}) deployment completed.`);
    say(service, 'has reached a steady state.');
  };

  return {
    deploy,
    poke,
    host,
    resume() {
      for (const task of records.tasks()) {
        if (task.lastStatus !== 'STOPPED') bringBack(task);
      }
      for (const { arn, status } of records.services()) if (status !== 'INACTIVE') poke(arn);
    },
    async close() {
      closed = true;
      for (const { cancel } of timers.values()) cancel();
      await host.close();
    },
  };

  /** Its process ended with the host; another task of the same deployment takes the place of one that was wanted. */
  function bringBack(task: Task): void {
    const service = records.service(task.service);
    const place = { id: address, port: task.port ?? 0 };
    for (const { targetGroupArn } of service?.loadBalancers ?? []) targets.deregister(targetGroupArn, [place]);
    const wanted = task.desiredStatus === 'RUNNING';
    records.putTask({
      ...task,
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      stoppedMs: clock.now(),
      ...(wanted && { stoppedReason: `Host ${nameIn(task.cluster)} terminated.`, stopCode: 'TerminationNotice' }),
    });
    if (wanted && service?.status === 'ACTIVE' && service.deployments.some(({ id }) => id === task.deploymentId)) {
      host.start(service, task.deploymentId, task.definition);
    }
  }
}

/** Whoever was told to stop has not. */
function hasEndedBadly({ lastStatus, stopCode, stoppedReason }: Task): boolean {
  if (lastStatus !== 'STOPPED') return false;
  if (stoppedReason?.startsWith(UNHEALTHY)) return true;
  return stopCode === 'TaskFailedToStart' || stopCode === 'EssentialContainerExited';
}

/** As the circuit breaker counts: it never served, or its health check ended it. */
function hasFailed({ stoppedReason, wasHealthy }: Task): boolean {
  return !wasHealthy || stoppedReason?.startsWith(UNHEALTHY) === true;
}
