/** A metric, as an alarm or a dashboard finds it. */
interface MetricDefinition {
  readonly unit: 'Count' | 'Milliseconds';
  /** Each set is a series of its own: CloudWatch sums up over no dimension by itself. */
  readonly dimensionSets: readonly (readonly string[])[];
  readonly meaning: string;
}

export const metricNamespace = 'DeploymentService';

const byEnvironment = ['service', 'environment'];
/** Over everything: what alarms look at, since CloudWatch sums up over no dimension by itself. */
const overall: readonly string[] = [];

/** Every metric of the service. Few dimensions with few values each: every combination is a metric that costs. */
export const metricCatalog = {
  deploymentsStarted: {
    unit: 'Count',
    dimensionSets: [byEnvironment, overall],
    meaning: 'A run got its slot and began.',
  },
  deploymentsSucceeded: {
    unit: 'Count',
    dimensionSets: [byEnvironment, ['environment'], overall],
    meaning: 'The new version has all traffic and passed its health check.',
  },
  deploymentsFailed: {
    unit: 'Count',
    dimensionSets: [byEnvironment, [...byEnvironment, 'reason'], ['environment'], ['reason'], ['fault']],
    meaning:
      'A run ended without its version serving: failed, or taken back. `reason` is the error code, `fault` whose doing that is: `user` or `platform`. Cancelled and superseded ones are none of these.',
  },
  deploymentDuration: {
    unit: 'Milliseconds',
    dimensionSets: [byEnvironment, ['environment'], overall],
    meaning: 'From the slot to the end, of those that succeeded.',
  },
  consecutiveFailures: {
    unit: 'Count',
    dimensionSets: [byEnvironment, overall],
    meaning:
      'Told with each failure: how many of the newest deployments of its service and environment failed in a row.',
  },
  stepDuration: {
    unit: 'Milliseconds',
    dimensionSets: [[...byEnvironment, 'step']],
    meaning: 'How long an attempt of a step took, told when its run is over. What was reused or cut off is left out.',
  },
  rollbackCount: {
    unit: 'Count',
    dimensionSets: [byEnvironment, overall],
    meaning: 'A release was taken back, or should have been and could not.',
  },
  rollbacksFailed: {
    unit: 'Count',
    dimensionSets: [byEnvironment, overall],
    meaning: 'A release hurts and could not be taken back.',
  },
  canaryAbortCount: {
    unit: 'Count',
    dimensionSets: [byEnvironment],
    meaning: 'A release with the strategy `canary` was taken back.',
  },
  queueWaitTime: {
    unit: 'Milliseconds',
    dimensionSets: [byEnvironment, overall],
    meaning: 'How long a run waited for its slot.',
  },
  previewEnvProvisionTime: {
    unit: 'Milliseconds',
    dimensionSets: [['service'], overall],
    meaning: 'From the wish for a preview (a deployment to `pr-<number>`) until it answers.',
  },
  runnerWaitTime: {
    unit: 'Milliseconds',
    dimensionSets: [overall],
    meaning: 'How long a deployment waited for a build runner.',
  },
  runnerHeartbeat: {
    unit: 'Count',
    dimensionSets: [overall],
    meaning: 'The build runner answered its probe, once a minute.',
  },
  runnersInUse: {
    unit: 'Count',
    dimensionSets: [overall],
    meaning: 'Deployments that have a build runner, counted once a minute.',
  },
  runnerLimit: {
    unit: 'Count',
    dimensionSets: [overall],
    meaning: 'How many deployments may have a build runner at once; grows when waits are too long.',
  },
  runnersWaiting: {
    unit: 'Count',
    dimensionSets: [overall],
    meaning: 'Deployments that wait for a build runner, counted once a minute.',
  },
  outboxAge: {
    unit: 'Milliseconds',
    dimensionSets: [overall],
    meaning: 'How old the oldest event is that the stream has left for the sweep; 0 when there is none.',
  },
  deploymentsReconciled: {
    unit: 'Count',
    dimensionSets: [overall],
    meaning: 'Deployments that stood still and that the reconciler had to bring to their end.',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricCatalog;
