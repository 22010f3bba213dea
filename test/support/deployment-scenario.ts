import { it } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { checkInvariants, type CostLimits } from './deployment-invariants.ts';
import { deploymentOutcome, type DeploymentOutcome } from './deployment-outcome.ts';
import type { BuildFate, FetchFate, HealthAnswer } from './outside-world.ts';
import { serviceManifest } from './service-manifest.ts';
import type { Trouble } from './troubled-deps.ts';
import { openWorkflowHost, type HostParts, type Person, type WorkflowHost } from './workflow-host.ts';

/** What is the case before something happens. Each call adds to the ones before. */
export interface Given {
  /** A commit whose tree is its own, unless another commit's is named. */
  source(commit: Partial<{ commit: string; manifest: string; tree: string }>): Given;
  /** What becomes of the next fetch of a source. */
  fetch(fate: FetchFate, seconds?: number): Given;
  /** What becomes of the next build. */
  build(fate: BuildFate): Given;
  /** What the released service answers, the last one for ever. */
  health(answers: readonly HealthAnswer[]): Given;
  /** Something that goes wrong once. */
  trouble(trouble: Trouble): Given;
}

export interface When {
  /** Asks for a deployment and goes on at once. */
  asks(request?: Partial<DeploymentRequest>): Promise<string>;
  /** Asks for a deployment and waits until it is over. */
  deploys(request?: Partial<DeploymentRequest>): Promise<DeploymentOutcome>;
  /** Asks for a rollback of an environment, staging unless it is named, and goes on at once. */
  rollsBack(request?: RollbackRequest): Promise<RollbackAnswer>;
  /** Waits until a deployment is over and everything has come to rest. */
  isOver(id: string): Promise<DeploymentOutcome>;
  /** Sends a command and goes on at once. */
  sends(
    command: PersonCommand,
    id: string,
    as?: Person,
  ): Promise<{ readonly statusCode: number; readonly body: string }>;
  /** Starts all at the same moment and lets time pass until each has its answer: who loses a race waits for a moment. */
  atOnce<T>(each: readonly (() => Promise<T>)[]): Promise<readonly T[]>;
  /** Lets time pass until a deployment looks so. */
  looks(id: string, so: (deployment: DeploymentView) => boolean): Promise<void>;
}

/** `votes` names the artifact that waits unless it is given. */
export type PersonCommand =
  | { readonly kind: 'cancel'; readonly reason?: string }
  | { readonly kind: 'retry' }
  | { readonly kind: 'approve' | 'reject'; readonly artifactDigest?: string; readonly comment?: string };

interface DeploymentRequest {
  readonly service: string;
  readonly commit: string;
  readonly environment: string;
}

interface RollbackRequest {
  readonly environment?: string;
  readonly to?: string;
  readonly deployment?: string;
  readonly reason?: string;
}

/** `id` is empty where it was refused, and `detail` where it was not. */
export interface RollbackAnswer {
  readonly statusCode: number;
  readonly id: string;
  readonly detail: string;
  readonly body: string;
}

export interface Scenario {
  readonly given: Given;
  readonly when: When;
  readonly host: WorkflowHost;
}

/** A commit id of forty times the same digit. */
export const commitNamed = (digit: string): string => digit.repeat(40);

/**
 * A test in a host of its own, with the service `orders` registered and its commit `a` in the repository. At the end
 * nothing may be held, unpublished or out of order, whatever the scenario was about.
 */
export function scenario(
  name: string,
  body: (scenario: Scenario) => Promise<void>,
  { runners, ...limits }: CostLimits & Pick<HostParts, 'runners'> = {},
): void {
  it(name, async () => {
    const host = await openWorkflowHost(runners ? { runners } : {});
    try {
      const deployments: string[] = [];
      const play = playIn(host, deployments);
      play.given.source({});
      await registerService(host);
      await body(play);
      for (const id of deployments) await play.when.isOver(id);
      for (const id of deployments) await checkInvariants(host, id, limits);
    } finally {
      await host.close();
    }
  });
}

/** Registers a service with the environments staging and production, and waits until their functions are there. */
export async function registerService(host: WorkflowHost, service = 'orders'): Promise<void> {
  const registration = {
    repository: `https://git.example.com/${service}.git`,
    owner: 'team-a',
    environments: {
      staging: { deployRole: deployRoleOf(service, 'staging') },
      production: { deployRole: deployRoleOf(service, 'production') },
    },
  };
  const { statusCode, body } = await host.callApi('register-service', { service }, registration);
  if (statusCode !== 201) throw new Error(`The service was not registered: ${body}`);
  await host.quiet();
}

/** As the stack of a service makes it: releases are made in its name. */
function deployRoleOf(service: string, environment: string): string {
  return `arn:aws:iam::000000000000:role/deployment-service/deploy/${service}-${environment}`;
}

/** @param deployments gets the id of each deployment that is asked for */
export function playIn(host: WorkflowHost, deployments: string[]): Scenario {
  const { world } = host;
  const given: Given = {
    source({ commit = commitNamed('a'), manifest = serviceManifest(), tree = commit }) {
      world.commits.set(commit, { manifest, tree });
      return given;
    },
    fetch(fate, seconds = 1) {
      world.fetches.push({ fate, seconds });
      return given;
    },
    build(fate) {
      world.builds.push(fate);
      return given;
    },
    health(answers) {
      world.health.splice(0, Infinity, ...answers);
      return given;
    },
    trouble(trouble) {
      host.troubles.push(trouble);
      return given;
    },
  };
  const when: When = {
    async asks({ service = 'orders', commit = commitNamed('a'), environment = 'staging' } = {}) {
      const request = { service, environment, commit };
      const { statusCode, body } = await host.callApi('create-deployment', {}, request);
      if (statusCode !== 201) throw new Error(`The deployment was not accepted: ${body}`);
      const { id } = JSON.parse(body) as DeploymentView;
      deployments.push(id);
      return id;
    },
    deploys: async (request) => when.isOver(await when.asks(request)),
    async rollsBack({ environment = 'staging', ...request } = {}) {
      const { statusCode, body } = await host.callApi('roll-back', { service: 'orders', environment }, request);
      const { id = '', detail = '' } = JSON.parse(body) as Partial<RollbackAnswer>;
      if (statusCode === 201) deployments.push(id);
      return { statusCode, id, detail, body };
    },
    async isOver(id) {
      await host.runUntil(async () => (await isAtRest(host)) && isTerminal((await viewOf(host, id)).status));
      return deploymentOutcome(host, await viewOf(host, id));
    },
    async sends(command, id, as) {
      const params = { deploymentId: id };
      if (command.kind === 'cancel') {
        const reason = command.reason === undefined ? {} : { reason: command.reason };
        return host.callApi('cancel-deployment', params, reason, as);
      }
      if (command.kind === 'retry') return host.callApi('retry-deployment', params, {}, as);
      const waiting = (await viewOf(host, id)).approval?.artifactDigest ?? '0'.repeat(64);
      const { kind: vote, artifactDigest = waiting, comment } = command;
      const ballot = { vote, artifactDigest, ...(comment !== undefined && { comment }) };
      return host.callApi('decide-approval', params, ballot, as);
    },
    async atOnce(each) {
      let settled = false;
      const all = Promise.all(each.map((start) => start())).finally(() => (settled = true));
      await host.runUntil(() => settled);
      return all;
    },
    looks: (id, so) => host.runUntil(async () => so(await viewOf(host, id))),
  };
  return { given, when, host };
}

async function viewOf(host: WorkflowHost, deploymentId: string): Promise<DeploymentView> {
  const { body } = await host.callApi('get-deployment', { deploymentId });
  return JSON.parse(body) as DeploymentView;
}

/** No machine runs and every event is published. */
async function isAtRest({ account, deps }: WorkflowHost): Promise<boolean> {
  if (account.engine.journal.running().length > 0) return false;
  return (await deps.outbox.unpublished(-60_000, 1)).length === 0;
}
