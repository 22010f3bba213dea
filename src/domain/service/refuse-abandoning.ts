import { Refusal } from '../refusal.ts';
import { isSameTarget, nameOf } from './same-target.ts';
import type { EnvironmentState, TargetRef } from './service.ts';

type Targets = Readonly<Record<string, TargetRef>>;

/** Environments whose target would be another one, or none: those where a release could be left behind. */
export function movedEnvironments(before: Targets, wanted: Targets): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(wanted)])];
  return names.filter((name) => !isKept(before[name], wanted[name]));
}

/**
 * What serves goes on serving when its environment is left out or moved, but nothing replaces it or rolls it back any
 * more. That must be meant.
 *
 * @throws Refusal `conflict`, naming each environment and what serves there
 */
export function refuseAbandoning(states: readonly EnvironmentState[], wanted: Targets): void {
  const faults = states.flatMap(({ environment, current }) => {
    const target = wanted[environment];
    // Back to what serves is no move, whatever was registered in between.
    if (!current || isKept(current.target, target)) return [];
    const serving = `${nameOf(current.target)} serves version ${current.version} (${current.deploymentId})`;
    const fate = target ? `the target would become ${nameOf(target)}` : 'it would no longer be registered';
    return [{ environment, message: `${serving}, and ${fate}` }];
  });
  if (faults.length === 0) return;
  const names = faults.map(({ environment }) => environment).join(', ');
  throw new Refusal(
    'conflict',
    `This would leave behind what serves ${names}. Where that is meant, say "replace": true (dsctl register --replace).`,
    { faults: faults.map(({ environment, message }) => ({ pointer: `/environments/${environment}`, message })) },
  );
}

function isKept(one: TargetRef | undefined, other: TargetRef | undefined): boolean {
  return one !== undefined && other !== undefined && isSameTarget(one, other);
}
