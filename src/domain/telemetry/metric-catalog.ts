/** A metric, as an alarm or a dashboard finds it. */
interface MetricDefinition {
  readonly unit: 'Count' | 'Milliseconds';
  /** Each set is a series of its own: CloudWatch sums up over no dimension by itself. */
  readonly dimensionSets: readonly (readonly string[])[];
  readonly meaning: string;
}

export const metricNamespace = 'DeploymentService';

const byEnvironment = ['service', 'environment'];

/** Every metric of the service. Few dimensions with few values each: every combination is a metric that costs. */
export const metricCatalog = {
  deploymentsStarted: {
    unit: 'Count',
    dimensionSets: [byEnvironment],
    meaning: 'A run got its slot and began.',
  },
  deploymentsSucceeded: {
    unit: 'Count',
    dimensionSets: [byEnvironment],
    meaning: 'The new version has all traffic and passed its health check.',
  },
  deploymentsFailed: {
    unit: 'Count',
    dimensionSets: [byEnvironment, [...byEnvironment, 'reason']],
    meaning:
      'A run ended without its version serving: failed, or taken back. `reason` is the error code. Cancelled and superseded ones are none of these.',
  },
  stepDuration: {
    unit: 'Milliseconds',
    dimensionSets: [[...byEnvironment, 'step']],
    meaning: 'How long an attempt of a step took, told when its run is over. What was reused or cut off is left out.',
  },
  rollbackCount: {
    unit: 'Count',
    dimensionSets: [byEnvironment],
    meaning: 'A release was taken back, or should have been and could not.',
  },
  canaryAbortCount: {
    unit: 'Count',
    dimensionSets: [byEnvironment],
    meaning: 'A release with the strategy `canary` was taken back.',
  },
  queueWaitTime: {
    unit: 'Milliseconds',
    dimensionSets: [byEnvironment],
    meaning: 'How long a run waited for its slot.',
  },
  previewEnvProvisionTime: {
    unit: 'Milliseconds',
    dimensionSets: [['service']],
    meaning: 'From the wish for a preview until it answers. No values before there are previews.',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricCatalog;
