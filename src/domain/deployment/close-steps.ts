import type { Moment } from '../moment.ts';
import { interrupted, progressOf } from './begin-step.ts';
import type { Write } from './decision.ts';
import type { DeploymentRecord } from './deployment.ts';

/** What ends every attempt that is still running: its deployment ends around it. */
export function closeSteps({ steps }: DeploymentRecord, moment: Moment) {
  const cutOff = steps.filter((step) => step.status === 'running').map((step) => interrupted(step, moment));
  return {
    writes: cutOff.map((step): Write => ({ kind: 'put-step', step })),
    facts: cutOff.map(progressOf),
  };
}
