import type { Deps } from '#ports/deps.ts';

/** Records how many deployments had to be brought to their end, which is none as long as events arrive and machines run. */
export function measureReconciliation<Outcome extends { readonly settled: number }>(
  { clock, metrics }: Pick<Deps, 'clock' | 'metrics'>,
  outcome: Outcome,
): Outcome {
  const atMs = clock.now().getTime();
  metrics.record([{ metric: 'deploymentsReconciled', value: outcome.settled, atMs, dimensions: {} }]);
  return outcome;
}
