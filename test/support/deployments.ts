import { setTimeout as delay } from 'node:timers/promises';
import { createDeployment } from '#schemas/api/create-deployment.ts';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { getDeployment } from '#schemas/api/get-deployment.ts';
import { getStatus, type StatusView } from '#schemas/api/get-status.ts';
import { registerService } from '#schemas/api/register-service.ts';
import type { ApiClient } from './api-client.ts';

const pollMs = 40;
const patienceMs = 60_000;

/** Registers a service with the environments staging and production. */
export async function register(api: ApiClient, service: string, repository: string): Promise<void> {
  const body = { repository, owner: 'team-a', environments: { staging: {}, production: {} } };
  await api.call(registerService, { params: { service }, body });
}

/** Asks for a deployment; its id. */
export async function begin(api: ApiClient, service: string, environment: string, commit: string): Promise<string> {
  const { body } = await api.call(createDeployment, { body: { service, environment, commit } });
  return body.id;
}

/** Asks for a deployment and waits until it is over, however it ends. */
export async function deploy(
  api: ApiClient,
  service: string,
  environment: string,
  commit: string,
): Promise<DeploymentView> {
  return untilOver(api, await begin(api, service, environment, commit));
}

export async function untilOver(api: ApiClient, deploymentId: string): Promise<DeploymentView> {
  await untilStatus(api, deploymentId, ({ terminal }) => terminal);
  return (await api.call(getDeployment, { params: { deploymentId } })).body;
}

/** @throws Error when the deployment does not come to it within a minute, or ends without */
export async function untilStatus(
  api: ApiClient,
  deploymentId: string,
  reached: (status: StatusView) => boolean,
  everyMs = pollMs,
): Promise<StatusView> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { body } = await api.call(getStatus, { params: { deploymentId } });
    if (reached(body)) return body;
    if (body.terminal || Date.now() > deadline) {
      throw new Error(`${deploymentId} did not come to it: ${JSON.stringify(body)}`);
    }
    await delay(everyMs);
  }
}

/** A condition that has no event to wait for. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false>,
  what: string,
  withinMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}.`);
    await delay(pollMs);
  }
}
