import type { DeploymentSummary } from '#schemas/api/deployment-view.ts';
import type { DeploymentStatus } from '#schemas/workflows/status.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { printJsonLine, printLines } from '../print.ts';
import { duration } from '../render/duration.ts';
import type { Session } from '../session.ts';
import { jsonPresenter } from './json-presenter.ts';
import { livePresenter } from './live-presenter.ts';
import { plainPresenter } from './plain-presenter.ts';
import type { Presenter } from './presenter.ts';
import { watchDeployment } from './watch-deployment.ts';

/**
 * Shows a deployment until it is over, the time is up, or Ctrl-C. The deployment itself goes on in any case.
 *
 * @param exitCodeAt what an end means to whoever watches
 */
export async function watch(
  session: Session,
  deployment: DeploymentSummary,
  timeoutMs?: number,
  exitCodeAt: (status: DeploymentStatus) => ExitCode = exitCodeOf,
): Promise<ExitCode> {
  const { client, now, pause } = session;
  const stop = new AbortController();
  const dispose = session.onInterrupt(() => stop.abort());
  let last: DeploymentStatus = deployment.status;
  const presenter = noticing(presenterFor(session), (status) => (last = status));
  try {
    presenter.begin(deployment);
    const end = await watchDeployment({
      client,
      now,
      pause,
      presenter,
      timeoutMs,
      deploymentId: deployment.id,
      signal: stop.signal,
    });
    if (end === 'finished') return exitCodeAt(last);
    presenter.close();
    sayThatItGoesOn(session, deployment.id, end === 'interrupted' ? 'Stopped watching' : overTime(timeoutMs));
    return end === 'interrupted' ? exitCode.interrupted : exitCode.timedOut;
  } finally {
    presenter.close();
    dispose();
  }
}

/** For a deployment that is over; one under way has not failed. */
export function exitCodeOf(status: DeploymentStatus): ExitCode {
  const bad: readonly DeploymentStatus[] = ['failed', 'cancelled', 'superseded', 'rolled_back', 'rollback_failed'];
  return bad.includes(status) ? exitCode.failed : exitCode.ok;
}

function presenterFor(session: Session): Presenter {
  if (session.json) return jsonPresenter(session.output);
  return session.output.out.isTerminal ? livePresenter(session) : plainPresenter(session.output, session.now);
}

function noticing(presenter: Presenter, notice: (status: DeploymentStatus) => void): Presenter {
  return {
    ...presenter,
    finish(deployment) {
      notice(deployment.status);
      presenter.finish(deployment);
    },
  };
}

function overTime(timeoutMs = 0): string {
  return `Not over after ${duration(timeoutMs)}; stopped watching`;
}

function sayThatItGoesOn({ json, output }: Session, id: string, what: string): void {
  if (json) printJsonLine(output.out, { event: 'stopped', id });
  printLines(output.err, [`${what}. The deployment itself goes on; see it with: dsctl status ${id} --watch`]);
}
