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
import { listServices } from '#schemas/api/list-services.ts';
import { receiveGithubWebhook } from '#schemas/api/receive-github-webhook.ts';
import { receiveGitlabWebhook } from '#schemas/api/receive-gitlab-webhook.ts';
import { registerService } from '#schemas/api/register-service.ts';
import { listRollbackTargets } from '#schemas/api/list-rollback-targets.ts';
import { retryDeployment } from '#schemas/api/retry-deployment.ts';
import { rollBack } from '#schemas/api/roll-back.ts';
import { streamLogs } from '#schemas/api/stream-logs.ts';
import { validateServiceManifest } from '#schemas/api/validate-service-manifest.ts';
import { verifyAudit } from '#schemas/api/verify-audit.ts';
import type { ApiContract } from '#schemas/api/contract.ts';
import { deploymentEnds } from '#schemas/events/deployment-ends.ts';
import { deploymentQueued } from '#schemas/events/deployment-queued.ts';
import { deploymentStarted } from '#schemas/events/deployment-started.ts';
import { deploymentStepProgress } from '#schemas/events/deployment-step-progress.ts';
import { deploymentSucceeded } from '#schemas/events/deployment-succeeded.ts';
import { eventSource } from '#schemas/events/envelope.ts';
import { notifiedEvents } from '#schemas/service/notifications.ts';
import { sourcePushed } from '#schemas/events/source-pushed.ts';
import { sourceRejected } from '#schemas/events/source-rejected.ts';
import { statusEvents } from '#schemas/events/status-events.ts';
import type { Capability } from './capabilities.ts';

/** What makes a function run. */
export type Trigger =
  | { readonly kind: 'api'; readonly contract: ApiContract }
  | { readonly kind: 'authorizer' }
  /** A state of a machine, by `lambda:invoke`. */
  | { readonly kind: 'task' }
  | { readonly kind: 'event'; readonly pattern: EventPattern }
  /** Rows of the table, as they are written: any of the patterns. */
  | { readonly kind: 'table-stream'; readonly rows: readonly RowPattern[] }
  /** Everything that builds write. */
  | { readonly kind: 'build-logs' }
  /** Invoked by a build. */
  | { readonly kind: 'runner' }
  | { readonly kind: 'schedule'; readonly everyMinutes: number };

/** The part of EventBridge's pattern language that our rules use. */
export interface EventPattern {
  readonly source: readonly string[];
  readonly 'detail-type': readonly string[];
  readonly detail?: Readonly<Record<string, readonly string[] | Readonly<Record<string, readonly string[]>>>>;
  /** Only builds of our own projects. */
  readonly builds?: true;
  /** Only executions of these machines. */
  readonly machines?: readonly ('deployment' | 'rollback')[];
}

/** What happened to which rows. */
export interface RowPattern {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** How the partition key begins. */
  readonly pk: string;
  /** How the sort key begins. */
  readonly sk?: string;
  /** A text that the row does not have any more, or never had. */
  readonly without?: string;
}

export interface FunctionRow {
  /** Folder under `functions/`, and with `-` for `/` the end of the function's name. */
  readonly entry: string;
  readonly trigger: Trigger;
  /** What it may do; grants and environment variables follow from it. */
  readonly needs: readonly Capability[];
  readonly timeoutSeconds: number;
  readonly memoryMb?: number;
}

const api = (contract: ApiContract, needs: readonly Capability[], timeoutSeconds = 10): FunctionRow => ({
  entry: `api/${contract.operation}`,
  trigger: { kind: 'api', contract },
  needs,
  timeoutSeconds,
});
const task = (name: string, needs: readonly Capability[], timeoutSeconds = 30): FunctionRow => ({
  entry: `tasks/${name}`,
  trigger: { kind: 'task' },
  needs,
  timeoutSeconds,
});

/** THE MAP: every function, what triggers it, what it may do. The stack, the local host, the build and the tests loop over it. */
export const functionCatalog: readonly FunctionRow[] = [
  { entry: 'api/authorize', trigger: { kind: 'authorizer' }, needs: ['tokens:verify'], timeoutSeconds: 10 },
  api(registerService, ['table:read', 'table:write', 'repositories']),
  api(listServices, ['table:read', 'seals']),
  api(getService, ['table:read']),
  api(createDeployment, ['table:read', 'table:write']),
  api(getDeployment, ['table:read', 'evidence:read']),
  api(getDeploymentTrace, ['table:read', 'evidence:read']),
  api(verifyAudit, ['table:read', 'evidence:read']),
  api(getArtifactAudit, ['table:read', 'evidence:read', 'blobs:read', 'artifacts:verify'], 29),
  api(getDeploymentMetrics, ['table:read'], 29),
  api(listDeployments, ['table:read', 'seals']),
  api(getStatus, ['table:read', 'evidence:read']),
  api(cancelDeployment, ['table:read', 'table:write', 'evidence:read', 'builds:stop', 'machines:wake']),
  // What an API call may look at of a target it looks at with the role that releases have: services know no other.
  api(
    rollBack,
    [
      'table:read',
      'table:write',
      'blobs:read',
      'images:read',
      'artifacts:verify',
      'artifacts:registry',
      'evidence:read',
      'targets:deploy',
      'builds:stop',
      'machines:wake',
    ],
    29,
  ),
  api(
    listRollbackTargets,
    [
      'table:read',
      'blobs:read',
      'images:read',
      'artifacts:verify',
      'artifacts:registry',
      'evidence:read',
      'targets:deploy',
    ],
    29,
  ),
  api(retryDeployment, ['table:read', 'table:write', 'evidence:read']),
  api(decideApproval, ['table:read', 'table:write', 'evidence:read', 'machines:wake']),
  api(listApprovals, ['table:read']),
  api(streamLogs, ['table:read', 'evidence:read'], 300),
  api(validateServiceManifest, []),
  api(receiveGithubWebhook, ['table:read', 'table:write', 'webhooks:verify']),
  api(receiveGitlabWebhook, ['table:read', 'table:write', 'webhooks:verify']),
  api(health, ['table:read']),

  task('admit-deployment', ['table:read', 'table:write', 'machines:wake']),
  task('request-runner', ['table:read', 'table:write', 'machines:wake']),
  task('resolve-manifest', [
    'table:read',
    'table:write',
    'blobs:read',
    'blobs:write',
    'images:place',
    'seals',
    'toolchain',
    'artifacts:registry',
  ]),
  task('diagnose-build', ['table:read', 'table:write']),
  task(
    'sign-artifact',
    ['table:read', 'table:write', 'blobs:read', 'blobs:write', 'images:read', 'artifacts:sign'],
    120,
  ),
  task('request-approval', ['table:read', 'table:write', 'machines:wake']),
  task(
    'prepare-release',
    [
      'table:read',
      'table:write',
      'blobs:read',
      'images:read',
      'artifacts:verify',
      'artifacts:registry',
      'targets:deploy',
    ],
    600,
  ),
  task('shift-traffic', ['table:read', 'table:write', 'targets:deploy'], 120),
  task('verify-release', ['table:read', 'table:write', 'targets:deploy'], 900),
  task('complete-deployment', ['table:read', 'table:write']),
  task('settle-failure', ['table:read', 'table:write']),
  task('plan-delivery', ['table:read', 'table:write', 'blobs:read']),
  task('promote-onward', ['table:read', 'table:write']),
  task(
    'restore-release',
    [
      'table:read',
      'table:write',
      'blobs:read',
      'images:read',
      'artifacts:verify',
      'artifacts:registry',
      'evidence:read',
      'targets:deploy',
    ],
    600,
  ),
  task('roll-back-release', ['table:read', 'table:write', 'targets:deploy'], 300),

  {
    entry: 'runner/record-stage-mark',
    trigger: { kind: 'runner' },
    needs: ['table:read', 'table:write', 'seals', 'blobs:cache'],
    timeoutSeconds: 60,
  },
  {
    entry: 'events/on-deployment-queued',
    trigger: { kind: 'event', pattern: { source: [eventSource], 'detail-type': [deploymentQueued.type] } },
    // A rollback makes room for itself, whatever became of the call that asked for it.
    needs: ['table:read', 'table:write', 'machines:start', 'machines:wake', 'builds:stop'],
    timeoutSeconds: 30,
  },
  {
    entry: 'events/on-source-pushed',
    trigger: { kind: 'event', pattern: { source: [eventSource], 'detail-type': [sourcePushed.type] } },
    needs: ['table:read', 'pushes:start'],
    timeoutSeconds: 30,
  },
  {
    entry: 'events/on-deployment-succeeded',
    trigger: { kind: 'event', pattern: { source: [eventSource], 'detail-type': [deploymentSucceeded.type] } },
    needs: ['table:read', 'promotions:start'],
    timeoutSeconds: 30,
  },
  {
    entry: 'events/on-status-due',
    trigger: {
      kind: 'event',
      pattern: {
        source: [eventSource],
        'detail-type': [...statusEvents, sourceRejected].map(({ type }) => type),
      },
    },
    needs: ['table:read', 'table:note', 'statuses:show'],
    timeoutSeconds: 60,
  },
  {
    entry: 'events/on-build-started',
    trigger: {
      kind: 'event',
      pattern: {
        source: ['aws.codebuild'],
        'detail-type': ['CodeBuild Build State Change'],
        detail: { 'build-status': ['IN_PROGRESS'] },
        builds: true,
      },
    },
    needs: ['table:read', 'table:write', 'builds:stop'],
    timeoutSeconds: 30,
  },
  {
    entry: 'events/on-artifact-signed',
    trigger: {
      kind: 'event',
      pattern: {
        source: [eventSource],
        'detail-type': [deploymentStepProgress.type],
        detail: { data: { step: ['sign'], status: ['succeeded'] } },
      },
    },
    needs: ['table:read', 'blobs:read', 'artifacts:registry'],
    timeoutSeconds: 60,
  },
  {
    entry: 'events/on-notifiable',
    trigger: { kind: 'event', pattern: { source: [eventSource], 'detail-type': notifiedEvents } },
    needs: ['table:read', 'table:note', 'notifications:send'],
    timeoutSeconds: 60,
  },
  {
    entry: 'events/on-run-ended',
    trigger: {
      kind: 'event',
      pattern: { source: [eventSource], 'detail-type': deploymentEnds.map(({ type }) => type) },
    },
    needs: ['table:read', 'traces:export'],
    timeoutSeconds: 60,
  },
  {
    entry: 'events/on-run-measured',
    trigger: {
      kind: 'event',
      pattern: {
        source: [eventSource],
        'detail-type': [deploymentStarted, ...deploymentEnds].map(({ type }) => type),
      },
    },
    needs: ['table:read', 'table:note', 'metrics:record'],
    timeoutSeconds: 30,
  },
  {
    entry: 'events/on-execution-status',
    trigger: {
      kind: 'event',
      pattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
        machines: ['deployment', 'rollback'],
      },
    },
    needs: ['table:read', 'table:write', 'targets:deploy', 'builds:stop'],
    timeoutSeconds: 300,
  },
  {
    entry: 'streams/publish-outbox',
    trigger: { kind: 'table-stream', rows: [{ eventName: 'INSERT', pk: 'OUT#' }] },
    needs: ['table:batch', 'events:publish'],
    timeoutSeconds: 60,
  },
  {
    entry: 'streams/wake-waiters',
    trigger: {
      kind: 'table-stream',
      rows: [
        { eventName: 'MODIFY', pk: 'SLOT#', sk: 'LOCK', without: 'owner' },
        { eventName: 'INSERT', pk: 'SLOT#', sk: 'Q#' },
        { eventName: 'INSERT', pk: 'CAP#', sk: 'Q#' },
        { eventName: 'INSERT', pk: 'CAP#', sk: 'HOLD#' },
        { eventName: 'REMOVE', pk: 'CAP#', sk: 'HOLD#' },
      ],
    },
    needs: ['table:read', 'table:write', 'machines:wake', 'runners:grant', 'metrics:record'],
    timeoutSeconds: 60,
  },
  {
    entry: 'streams/sink-logs',
    trigger: { kind: 'build-logs' },
    needs: ['table:read', 'table:write'],
    timeoutSeconds: 60,
  },
  {
    entry: 'schedules/sweep-outbox',
    trigger: { kind: 'schedule', everyMinutes: 1 },
    needs: ['table:read', 'table:batch', 'events:publish', 'metrics:record'],
    timeoutSeconds: 60,
  },
  {
    entry: 'schedules/reconcile-deployments',
    trigger: { kind: 'schedule', everyMinutes: 2 },
    needs: [
      'table:read',
      'table:write',
      'machines:start',
      'pushes:start',
      'targets:deploy',
      'builds:stop',
      'builds:list',
      'metrics:record',
    ],
    timeoutSeconds: 300,
  },
  {
    entry: 'schedules/send-digests',
    trigger: { kind: 'schedule', everyMinutes: 1 },
    needs: ['table:read', 'table:note', 'notifications:send'],
    timeoutSeconds: 60,
  },
  {
    entry: 'schedules/archive-records',
    trigger: { kind: 'schedule', everyMinutes: 1440 },
    needs: ['table:read', 'table:write', 'table:batch', 'evidence:read', 'evidence:write'],
    timeoutSeconds: 600,
    memoryMb: 1024,
  },
  {
    entry: 'schedules/archive-logs',
    trigger: { kind: 'schedule', everyMinutes: 1440 },
    needs: ['table:read', 'table:write', 'table:batch', 'evidence:read', 'evidence:write'],
    timeoutSeconds: 600,
    memoryMb: 1024,
  },
  {
    entry: 'schedules/tend-runners',
    trigger: { kind: 'schedule', everyMinutes: 1 },
    needs: ['table:read', 'table:write', 'runners:grant', 'runners:scale', 'metrics:record'],
    timeoutSeconds: 60,
  },
  {
    entry: 'schedules/probe-runner',
    trigger: { kind: 'schedule', everyMinutes: 1 },
    needs: ['table:note', 'runners:probe', 'metrics:record'],
    timeoutSeconds: 30,
  },
];

/** `tasks/admit-deployment` -> `admit-deployment`: unique over the catalog, used in placeholders and names. */
export function nameOf(row: FunctionRow): string {
  return row.entry.split('/')[1] ?? row.entry;
}

/** The deployed name of a function. */
export function functionNameOf(row: FunctionRow, prefix = 'deployment-service'): string {
  return `${prefix}-${nameOf(row)}`;
}
