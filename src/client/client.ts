import type { ApiContract } from '#schemas/api/contract.ts';
import { cancelDeployment } from '#schemas/api/cancel-deployment.ts';
import { createDeployment } from '#schemas/api/create-deployment.ts';
import { decideApproval } from '#schemas/api/decide-approval.ts';
import { getArtifactAudit } from '#schemas/api/get-artifact-audit.ts';
import { getDeployment } from '#schemas/api/get-deployment.ts';
import { getDeploymentMetrics } from '#schemas/api/get-deployment-metrics.ts';
import { getDeploymentTrace } from '#schemas/api/get-deployment-trace.ts';
import { getService } from '#schemas/api/get-service.ts';
import { getStatus } from '#schemas/api/get-status.ts';
import { health } from '#schemas/api/health.ts';
import { listApprovals } from '#schemas/api/list-approvals.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import { listRollbackTargets } from '#schemas/api/list-rollback-targets.ts';
import { listServices } from '#schemas/api/list-services.ts';
import { registerService } from '#schemas/api/register-service.ts';
import { retryDeployment } from '#schemas/api/retry-deployment.ts';
import { rollBack } from '#schemas/api/roll-back.ts';
import { streamLogs } from '#schemas/api/stream-logs.ts';
import { validateServiceManifest } from '#schemas/api/validate-service-manifest.ts';
import { verifyAudit } from '#schemas/api/verify-audit.ts';
import type { Answer, CallArguments } from './call-input.ts';
import type { Connection } from './connection.ts';
import { followLogs, type FollowOptions } from './follow-logs.ts';
import { pause } from './pause.ts';
import { send } from './send.ts';

export interface ClientOptions extends Pick<Connection, 'token'> {
  /** Address of the API, with the stage where there is one: `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  readonly fetch?: Connection['fetch'] | undefined;
  readonly pause?: Connection['pause'] | undefined;
  /** Default 30 seconds. */
  readonly timeoutMs?: number | undefined;
  /** Default 45 seconds, three times the service's keep-alive. */
  readonly idleMs?: number | undefined;
}

export type Client = ReturnType<typeof createClient>;

/**
 * The API as functions, one per contract: `{ params, query, body }` in, `{ status, body }` out, both typed and the answer
 * checked. Uses nothing but `fetch` and web streams, so it runs in a browser too.
 *
 * Every call throws ApiProblem when the service refuses, Unreachable when there is no answer, UnexpectedAnswer when the
 * answer does not fit its contract.
 */
export function createClient(options: ClientOptions) {
  const connection: Connection = {
    baseUrl: options.baseUrl.replace(/\/+$/, ''),
    token: options.token,
    // Not `fetch` itself: a browser refuses to run it as a method of another object.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    pause: options.pause ?? pause,
    timeoutMs: options.timeoutMs ?? 30_000,
    idleMs: options.idleMs ?? 45_000,
  };
  const call =
    <C extends ApiContract>(contract: C) =>
    (...[input, callOptions]: CallArguments<C>): Promise<Answer<C>> =>
      send(connection, contract, input, callOptions);

  return {
    baseUrl: connection.baseUrl,
    cancelDeployment: call(cancelDeployment),
    createDeployment: call(createDeployment),
    decideApproval: call(decideApproval),
    getArtifactAudit: call(getArtifactAudit),
    getDeployment: call(getDeployment),
    getDeploymentMetrics: call(getDeploymentMetrics),
    getDeploymentTrace: call(getDeploymentTrace),
    getService: call(getService),
    getStatus: call(getStatus),
    health: call(health),
    listApprovals: call(listApprovals),
    listDeployments: call(listDeployments),
    listRollbackTargets: call(listRollbackTargets),
    listServices: call(listServices),
    /** One page of a log; `followLogs` is the stream of it. */
    readLogs: call(streamLogs),
    registerService: call(registerService),
    retryDeployment: call(retryDeployment),
    rollBack: call(rollBack),
    validateServiceManifest: call(validateServiceManifest),
    verifyAudit: call(verifyAudit),
    followLogs: (deploymentId: string, follow?: FollowOptions) => followLogs(connection, deploymentId, follow),
  };
}
