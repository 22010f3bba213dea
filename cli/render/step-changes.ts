import type { StepView } from '#schemas/api/deployment-view.ts';
import type { StatusView } from '#schemas/api/get-status.ts';
import type { DeploymentStatus } from '#schemas/workflows/status.ts';

export type Change =
  | { readonly kind: 'status'; readonly status: DeploymentStatus }
  | { readonly kind: 'step'; readonly step: StepView };

/** What has become different from one look at a deployment to the next, in order. */
export function changesBetween(before: StatusView | undefined, after: StatusView): readonly Change[] {
  const known = new Map(before?.steps.map((step) => [keyOf(step), step.status]));
  const steps = after.steps
    .filter((step) => known.get(keyOf(step)) !== step.status)
    .map((step): Change => ({ kind: 'step', step }));
  return before?.status === after.status ? steps : [...steps, { kind: 'status', status: after.status }];
}

function keyOf({ name, attempt }: StepView): string {
  return `${name}#${attempt}`;
}
