import type { Failure } from '#schemas/workflows/failure.ts';
import type { Push } from './push.ts';

/**
 * What is to be told of a push of which nothing has come so far: nothing while its machine runs. A machine that is over
 * without an outcome stays so, and nobody else would say it.
 */
export function faultOfOpenPush(
  { service, commit, outcome }: Pick<Push, 'service' | 'commit' | 'outcome'>,
  machine: 'running' | 'ended',
): Failure | undefined {
  if (outcome || machine === 'running') return undefined;
  return {
    code: 'internal_error',
    message: 'The service failed while it was finding out where this push goes; not all of its deployments may exist.',
    nextAction:
      `See which there are (dsctl list --service ${service}); for each that is missing: ` +
      `dsctl deploy ${service} --environment <name> --commit ${commit}`,
  };
}
