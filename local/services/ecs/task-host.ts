import type { HostClock } from '#local/clock.ts';
import type { Targets } from '../elbv2/targets.ts';
import { definitionReference, newTaskId, taskArn, versionOf } from './ecs-arn.ts';
import { TaskNotStarted, type LaunchedTask, type LaunchTask } from './launch-task.ts';
import type { EcsRecords, Service, Task } from './records.ts';

/** Starts tasks, ends them in order, and keeps their records. */
export interface TaskHost {
  start(service: Service, deploymentId: string, definition: string): Task;
  /**
   * Takes a task out of its target groups, lets requests under way end, asks it to stop and at last makes it. Nothing
   * happens to one that is being stopped already.
   */
  stop(task: Task, reason: string, stopCode: string): void;
  /** Those that have not stopped, as they are now. */
  alive(): readonly Task[];
  /** Ends all processes quickly, and leaves the records to the next host. */
  close(): Promise<void>;
}

export interface TaskHostOptions {
  readonly clock: HostClock;
  readonly records: EcsRecords;
  readonly targets: Targets;
  readonly launch: LaunchTask;
  /** Told when a task came to run or stopped. */
  readonly changed: (task: Task) => void;
}

interface Held {
  readonly task: Task;
  readonly groups: readonly string[];
  readonly stopTimeoutSeconds: number;
  process?: LaunchedTask;
}

export const address = '127.0.0.1';
const DEFAULT_STOP_SECONDS = 30;
const CLOSE_GRACE_MS = 2_000;

export function createTaskHost({ clock, records, targets, launch, changed }: TaskHostOptions): TaskHost {
  const held = new Map<string, Held>();
  const work = new Set<Promise<void>>();
  let closed = false;

  const track = (promise: Promise<void>): void => {
    const tracked = promise
      .catch((error: unknown) => console.error('local ecs: a task left the rails:', error))
      .finally(() => work.delete(tracked));
    work.add(tracked);
  };
  const save = (task: Task, change: Partial<Task>): void => {
    Object.assign(task, change);
    // The next host finds the tasks as they were, and brings them back.
    if (!closed) records.putTask(task);
  };
  const finish = ({ task, groups }: Held, end: Partial<Task>): void => {
    held.delete(task.arn);
    const { port } = task;
    if (port !== undefined && !closed) for (const group of groups) targets.deregister(group, [{ id: address, port }]);
    save(task, { ...end, lastStatus: 'STOPPED', desiredStatus: 'STOPPED', stoppedMs: clock.now() });
    if (!closed) changed(task);
  };
  const run = async (own: Held): Promise<void> => {
    const { task, groups } = own;
    const version = versionOf(task.definition);
    try {
      const [container] = records.definition(definitionReference(task.definition))?.shape.containerDefinitions ?? [];
      if (!container) throw new TaskNotStarted('ResourceInitializationError: the task definition is gone');
      own.process = await launch({ id: task.id, arn: task.arn, cluster: task.cluster, version, container });
    } catch (error) {
      if (!(error instanceof TaskNotStarted)) console.error(`local ecs: task ${task.id}:`, error);
      const reason =
        error instanceof TaskNotStarted
          ? error.message
          : 'The local host could not start the task; its console says why.';
      finish(own, { stoppedReason: task.stoppedReason ?? reason, stopCode: task.stopCode ?? 'TaskFailedToStart' });
      return;
    }
    const { port, imageDigest, ended } = own.process;
    const stillWanted = task.desiredStatus === 'RUNNING' && !closed;
    save(task, {
      port,
      imageDigest,
      startedMs: clock.now(),
      ...(stillWanted && { lastStatus: 'RUNNING' as const }),
    });
    if (stillWanted) {
      for (const group of groups) targets.register(group, [{ id: address, port, version }]);
      changed(task);
    } else {
      own.process.kill();
    }
    const { exitCode } = await ended;
    const byItself = task.desiredStatus === 'RUNNING' && {
      stoppedReason: 'Essential container in task exited',
      stopCode: 'EssentialContainerExited',
    };
    finish(own, { exitCode, ...byItself });
  };
  const end = async (own: Held): Promise<void> => {
    const { task, groups, process } = own;
    const { port } = task;
    // One that is still being started is ended by `run`, as soon as it is there.
    if (!process || port === undefined) return;
    for (const group of groups) targets.deregister(group, [{ id: address, port }]);
    await Promise.all(groups.map((group) => targets.drained(group, { id: address, port })));
    if (!held.has(task.arn) || closed) return;
    save(task, { lastStatus: 'STOPPING' });
    process.terminate();
    const cancel = clock.after(own.stopTimeoutSeconds * 1000, () => process.kill());
    await process.ended;
    cancel();
  };

  return {
    start(service, deploymentId, definition) {
      const id = newTaskId();
      const [container] = records.definition(definitionReference(definition))?.shape.containerDefinitions ?? [];
      const task: Task = {
        id,
        arn: taskArn(service.cluster, id),
        cluster: service.cluster,
        service: service.arn,
        deploymentId,
        definition,
        createdMs: clock.now(),
        lastStatus: 'PENDING',
        desiredStatus: 'RUNNING',
        wasHealthy: false,
      };
      const own: Held = {
        task,
        groups: service.loadBalancers.map(({ targetGroupArn }) => targetGroupArn),
        stopTimeoutSeconds: container?.stopTimeout ?? DEFAULT_STOP_SECONDS,
      };
      held.set(task.arn, own);
      records.putTask(task);
      // In the next moment: who asked has to write down first what it decided.
      track(Promise.resolve().then(() => run(own)));
      return task;
    },
    stop({ arn }, stoppedReason, stopCode) {
      const own = held.get(arn);
      if (!own || own.task.desiredStatus === 'STOPPED') return;
      save(own.task, {
        desiredStatus: 'STOPPED',
        lastStatus: 'DEACTIVATING',
        stoppingMs: clock.now(),
        stoppedReason,
        stopCode,
      });
      track(end(own));
    },
    alive: () => [...held.values()].map(({ task }) => task),
    async close() {
      closed = true;
      for (const { process } of held.values()) process?.terminate();
      const limit = setTimeout(() => {
        for (const { process } of held.values()) process?.kill();
      }, CLOSE_GRACE_MS);
      // Not all work: who waits for requests to end may wait for minutes.
      while (held.size > 0) {
        await Promise.all([...held.values()].flatMap(({ process }) => (process ? [process.ended] : [])));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      clearTimeout(limit);
    },
  };
}
