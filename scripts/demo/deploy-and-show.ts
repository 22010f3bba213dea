import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import type { Client } from '#client/client.ts';
import type { CliContext } from '../../cli/context.ts';
import { livePresenter } from '../../cli/watch/live-presenter.ts';
import { plainPresenter } from '../../cli/watch/plain-presenter.ts';
import { watchDeployment } from '../../cli/watch/watch-deployment.ts';

interface DeployOptions {
  readonly context: CliContext;
  readonly client: Client;
  readonly service: string;
  readonly environment: string;
  readonly commit: string;
  readonly signal: AbortSignal;
}

const limitMs = 120_000;

/**
 * Deploys a commit of an example and shows every step as it happens.
 *
 * @throws the signal's reason when the demo is stopped; Error when the deployment does not end
 */
export async function deployAndShow(options: DeployOptions): Promise<DeploymentView> {
  const { context, client, service, environment, commit, signal } = options;
  const { body: asked } = await client.createDeployment({ body: { service, environment, commit } });
  const { output, now, pause } = context;
  const presenter = output.out.isTerminal ? livePresenter(context) : plainPresenter(output, now);
  const { id: deploymentId } = asked;
  try {
    presenter.begin(asked);
    const end = await watchDeployment({ client, deploymentId, presenter, signal, now, pause, timeoutMs: limitMs });
    signal.throwIfAborted();
    if (end !== 'finished') throw new Error(`Deployment ${deploymentId} is not over after ${limitMs / 1000} s.`);
  } finally {
    presenter.close();
  }
  return (await client.getDeployment({ params: { deploymentId } })).body;
}
