import { ApiProblem } from '#client/api-problem.ts';
import type { Client } from '#client/client.ts';
import { UnexpectedAnswer } from '#client/unexpected-answer.ts';
import { Unreachable } from '#client/unreachable.ts';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import type { StatusView } from '#schemas/api/get-status.ts';
import type { CliContext } from '../context.ts';
import type { Presenter } from './presenter.ts';

interface WatchOptions extends Pick<CliContext, 'now' | 'pause'> {
  readonly client: Client;
  readonly deploymentId: string;
  readonly presenter: Presenter;
  /** Stops watching. */
  readonly signal: AbortSignal;
  /** How long to watch at most, in milliseconds; without it until the end. */
  readonly timeoutMs?: number | undefined;
}

export type WatchEnd = 'finished' | 'interrupted' | 'timed_out';

/** Quick while the first steps fly by, and calm after that: a whole office behind one address watches its deployments. */
const pollMs = 250;
const calmPollMs = 2_000;
const calmAfterMs = 10_000;
const idlePollMs = 5_000;
const idleAfterMs = 600_000;
/** The service goes on without us: one that restarts is given this long to come back. */
const patienceMs = 60_000;

/**
 * Shows a deployment until it is over.
 *
 * @throws ApiProblem when the service refuses; Unreachable or UnexpectedAnswer when it stays away for a minute
 */
export async function watchDeployment(options: WatchOptions): Promise<WatchEnd> {
  const { client, deploymentId, presenter, signal, now, pause, timeoutMs = Infinity } = options;
  const startedMs = now();
  let heardMs: number | undefined;
  let lost = false;
  let asked = false;
  while (!signal.aborted) {
    try {
      const view = await readStatus(client, deploymentId, signal);
      heardMs = now();
      lost = false;
      presenter.show(view);
      if (view.terminal) {
        presenter.finish(await readDeployment(client, deploymentId, signal));
        return 'finished';
      }
      const waits = view.status === 'awaiting_approval';
      // The status says that it waits, and not for whom.
      if (waits && !asked) presenter.ask(await readDeployment(client, deploymentId, signal));
      asked = waits;
    } catch (error) {
      if (signal.aborted) break;
      if (heardMs === undefined || !isOutage(error) || now() - heardMs > patienceMs) throw error;
      if (!lost) presenter.note('The service does not answer; trying again.');
      lost = true;
    }
    if (now() - startedMs >= timeoutMs) return 'timed_out';
    await pause(pauseAfter(now() - startedMs), signal);
  }
  return 'interrupted';
}

async function readStatus(client: Client, deploymentId: string, signal: AbortSignal): Promise<StatusView> {
  const { body } = await client.getStatus({ params: { deploymentId } }, { signal });
  return body;
}

async function readDeployment(client: Client, deploymentId: string, signal: AbortSignal): Promise<DeploymentView> {
  const { body } = await client.getDeployment({ params: { deploymentId } }, { signal });
  return body;
}

function pauseAfter(watchedMs: number): number {
  if (watchedMs >= idleAfterMs) return idlePollMs;
  return watchedMs >= calmAfterMs ? calmPollMs : pollMs;
}

function isOutage(error: unknown): boolean {
  if (error instanceof ApiProblem) return error.status >= 500 || error.status === 429;
  return error instanceof Unreachable || error instanceof UnexpectedAnswer;
}
