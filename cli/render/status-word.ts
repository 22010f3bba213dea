import type { DeploymentStatus, StepStatus } from '#schemas/workflows/status.ts';
import type { Paint } from './paint.ts';

const tones = {
  queued: 'dim',
  running: 'cyan',
  awaiting_approval: 'yellow',
  releasing: 'cyan',
  awaiting_decision: 'yellow',
  verifying: 'cyan',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'dim',
  superseded: 'dim',
  rolling_back: 'yellow',
  rolled_back: 'yellow',
  rollback_failed: 'red',
  interrupted: 'yellow',
  reused: 'green',
} as const satisfies Record<DeploymentStatus | StepStatus, keyof Paint>;

/** A status as people read it, in its colour: `rolled back`. */
export function statusWord(status: DeploymentStatus | StepStatus, paint: Paint): string {
  return paint[tones[status]](status.replaceAll('_', ' '));
}
