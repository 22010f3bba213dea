import type { MetricName } from '../metric-catalog.ts';

/** A `page` wakes somebody; a `ticket` is looked at the next working day. */
export type Severity = 'page' | 'ticket';

export type Statistic = 'Sum' | 'Maximum' | 'Average' | 'p50' | 'p95';

/**
 * What an alarm looks at, in words of the service. The stack turns it into metrics of CloudWatch, the local host those of
 * kind `own`.
 */
export type Signal =
  /** A metric of ours over everything, or of one value of one dimension. */
  | {
      readonly kind: 'own';
      readonly metric: MetricName;
      readonly statistic: Statistic;
      readonly of?: Readonly<Record<string, string>>;
    }
  /** Percent of the deployments that failed by the platform's fault; 0 below so many failures in the period. */
  | { readonly kind: 'platform-failures'; readonly atLeast: number }
  /** How many times faster than allowed the API's error budget burns, over a long window and still over a short one. */
  | {
      readonly kind: 'error-budget-burn';
      /** Part of the requests that may fail: 0.001 for 99.9 %. */
      readonly budget: number;
      readonly shortWindowSeconds: number;
      /** Below so many 5xx in a window it does not count: one failed request of ten at night is no outage. */
      readonly atLeast: number;
    }
  /** The slowest of these operations; a stream lasts as long as its viewer wants, and is none of them. */
  | { readonly kind: 'latency'; readonly operations: readonly string[]; readonly statistic: Statistic }
  /** Of all functions of the catalog with such a trigger, or of those named. */
  | {
      readonly kind: 'functions';
      readonly metric: 'Errors' | 'IteratorAge';
      readonly triggeredBy: 'schedule' | 'table-stream';
    }
  | { readonly kind: 'functions'; readonly metric: 'Errors' | 'IteratorAge'; readonly named: readonly string[] }
  /** Of all functions of the account and region: they share one limit. */
  | { readonly kind: 'account-throttles' }
  /**
   * Executions of all machines that failed, timed out or could not start because too many did.
   * `failWithTheirWork` names machines whose executions fail with what they are about: of these failures are not counted.
   */
  | {
      readonly kind: 'machines';
      readonly metrics: readonly MachineMetric[];
      readonly failWithTheirWork: readonly string[];
    }
  | { readonly kind: 'table-throttles' }
  /** What lies in all queues of what could not be handled. */
  | { readonly kind: 'dead-letters' }
  | { readonly kind: 'firewall-blocks' };

export type MachineMetric = 'ExecutionsFailed' | 'ExecutionsTimedOut' | 'ExecutionThrottled';

export interface AlarmRow {
  /** Part of the alarm's name, and the anchor of its section in `docs/runbook.md`. */
  readonly id: string;
  /** The heading of that section; says what is wrong. */
  readonly title: string;
  readonly severity: Severity;
  readonly signal: Signal;
  readonly comparison: 'above' | 'at-least' | 'below';
  readonly threshold: number;
  readonly periodSeconds: number;
  /** How many periods on end have to be bad; 1 if absent. */
  readonly periods?: number;
  readonly missing: {
    readonly means: 'good' | 'bad' | 'no-change';
    readonly because: string;
  };
  /** A ticket becomes a page when it is bad for so many periods on end. */
  readonly pagesAfter?: number;
  /** Says nothing while one of these alarms is red: one page for one incident. */
  readonly quietWhile?: readonly string[];
}
