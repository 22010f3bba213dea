import { createDeployment } from '#schemas/api/create-deployment.ts';
import { getDeployment } from '#schemas/api/get-deployment.ts';
import { getStatus } from '#schemas/api/get-status.ts';
import { health } from '#schemas/api/health.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import { registerService } from '#schemas/api/register-service.ts';
import { streamLogs } from '#schemas/api/stream-logs.ts';
import { validateServiceManifest } from '#schemas/api/validate-service-manifest.ts';
import type { ApiContract } from '#schemas/api/contract.ts';
import { deploymentQueued } from '#schemas/events/deployment-queued.ts';
import { eventSource } from '#schemas/events/envelope.ts';
import type { Capability } from './capabilities.ts';

/** What makes a function run. */
export type Trigger =
  | { readonly kind: 'api'; readonly contract: ApiContract }
  | { readonly kind: 'authorizer' }
  /** A state of a machine, by `lambda:invoke`. */
  | { readonly kind: 'task' }
  | { readonly kind: 'event'; readonly pattern: EventPattern }
  | { readonly kind: 'table-stream'; readonly keyPrefix: string }
  /** Everything that builds write. */
  | { readonly kind: 'build-logs' }
  /** Invoked by a build. */
  | { readonly kind: 'runner' }
  | { readonly kind: 'schedule'; readonly everyMinutes: number };

/** The part of EventBridge's pattern language that our rules use. */
export interface EventPattern {
  readonly source: readonly string[];
  readonly 'detail-type': readonly string[];
  readonly detail?: Readonly<Record<string, readonly string[]>>;
  /** Only executions of this machine. */
  readonly machine?: 'deployment';
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
  api(createDeployment, ['table:read', 'table:write']),
  api(getDeployment, ['table:read']),
  api(listDeployments, ['table:read', 'seals']),
  api(getStatus, ['table:read']),
  api(streamLogs, ['table:read'], 300),
  api(validateServiceManifest, []),
  api(health, ['table:read']),

  task('admit-deployment', ['table:read', 'table:write']),
  task('resolve-manifest', ['table:read', 'table:write', 'blobs:read', 'blobs:write', 'seals', 'toolchain']),
  task('diagnose-build', ['table:read', 'table:write']),
  task('sign-artifact', ['table:read', 'table:write', 'blobs:read', 'blobs:write', 'artifacts:sign'], 120),
  task('release-artifact', ['table:read', 'table:write', 'blobs:read', 'artifacts:verify', 'targets:deploy'], 600),
  task('verify-release', ['table:read', 'table:write', 'targets:deploy'], 900),
  task('complete-deployment', ['table:read', 'table:write']),
  task('settle-failure', ['table:read', 'table:write']),
  task('roll-back-release', ['table:read', 'table:write', 'targets:deploy'], 300),

  {
    entry: 'runner/record-stage-mark',
    trigger: { kind: 'runner' },
    needs: ['table:read', 'table:write', 'seals'],
    timeoutSeconds: 30,
  },
  {
    entry: 'events/on-deployment-queued',
    trigger: { kind: 'event', pattern: { source: [eventSource], 'detail-type': [deploymentQueued.type] } },
    needs: ['table:read', 'machines:start'],
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
        machine: 'deployment',
      },
    },
    needs: ['table:read', 'table:write', 'targets:deploy'],
    timeoutSeconds: 300,
  },
  {
    entry: 'streams/publish-outbox',
    trigger: { kind: 'table-stream', keyPrefix: 'OUT#' },
    needs: ['table:write', 'events:publish'],
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
    needs: ['table:read', 'table:write', 'events:publish'],
    timeoutSeconds: 60,
  },
  {
    entry: 'schedules/reconcile-deployments',
    trigger: { kind: 'schedule', everyMinutes: 2 },
    needs: ['table:read', 'table:write', 'machines:start', 'targets:deploy'],
    timeoutSeconds: 300,
  },
  {
    entry: 'schedules/probe-runner',
    trigger: { kind: 'schedule', everyMinutes: 1 },
    needs: ['table:write', 'runners:probe'],
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
