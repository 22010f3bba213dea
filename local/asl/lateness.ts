import type { Task } from './execution.ts';

/** The earlier of the two moments at which a task is given up; infinite when it may take for ever. */
export function dueOfTask({ deadline = Infinity, heartbeatDue = Infinity }: Task): number {
  return Math.min(deadline, heartbeatDue);
}

/** Which of its times a task has run out of, if any: all that it may take, or that between two heartbeats. */
export function lateness(task: Task, now: number): 'task' | 'heartbeat' | undefined {
  if (dueOfTask(task) > now) return undefined;
  return (task.heartbeatDue ?? Infinity) < (task.deadline ?? Infinity) ? 'heartbeat' : 'task';
}
