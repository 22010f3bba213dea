import type { RollbackCheck } from '#schemas/api/list-rollback-targets.ts';
import { isSameTarget, nameOf } from '../service/same-target.ts';
import type { TargetRef } from '../service/service.ts';
import type { Deployment } from './deployment.ts';

/** What was found out about a release that somebody may want back. */
export interface RollbackFacts {
  /** The deployment that brought the release out. */
  readonly to: Deployment;
  /** Where the environment's releases go, as registered now. */
  readonly registered?: TargetRef;
  /** `changed`: there are bytes, but not as many as were signed. */
  readonly artifact: 'present' | 'gone' | 'changed';
  /** Why the signature does not vouch for the artifact; absent when it does. */
  readonly signatureFault?: string;
  /** Why the target cannot be released into; absent when it answers. */
  readonly targetFault?: string;
  /** Whether the version that was published then is still there. */
  readonly versionKept: boolean;
  /** Whether this release serves the environment now. */
  readonly serves: boolean;
  /** The deployment that runs in the environment, or a rollback that waits for it. */
  readonly underWay?: string;
  /** A release that could not be taken back, and may have the traffic of what is on record as serving. */
  readonly displacedBy?: string;
}

/** Everything that has to hold before a release can be gone back to, each with what was found. */
export function feasibilityOf(facts: RollbackFacts): readonly RollbackCheck[] {
  return [artifact(facts), signature(facts), target(facts), infrastructure(facts), version(facts), serving(facts)];
}

/** What does not hold. */
export function hindrancesOf(checks: readonly RollbackCheck[]): readonly RollbackCheck[] {
  return checks.filter(({ ok }) => !ok);
}

function artifact({ to, artifact: found }: RollbackFacts): RollbackCheck {
  const name = to.artifact?.digest.slice(0, 12) ?? 'of this release';
  const messages = {
    present: `artifact ${name} is stored`,
    gone: `artifact ${name} is gone`,
    changed: `artifact ${name} is not as long as it was when it was signed`,
  };
  return { check: 'artifact', ok: found === 'present', message: messages[found] };
}

function signature({ signatureFault }: RollbackFacts): RollbackCheck {
  const message = signatureFault ?? 'the signed statement vouches for it';
  return { check: 'signature', ok: signatureFault === undefined, message };
}

function target({ registered, targetFault }: RollbackFacts): RollbackCheck {
  if (!registered) return { check: 'target', ok: false, message: 'the environment is not registered any more' };
  if (targetFault !== undefined) return { check: 'target', ok: false, message: targetFault };
  return { check: 'target', ok: true, message: `${nameOf(registered)} answers` };
}

/** A release is made for one target; another one may have other permissions, networks and neighbours. */
function infrastructure({ to, registered }: RollbackFacts): RollbackCheck {
  const made = to.release?.target;
  const check = 'infrastructure';
  if (!made || !registered) return { check, ok: false, message: 'where it was released to is not known any more' };
  if (made.kind !== registered.kind) {
    const message = `it was released to ${aKindOf(made)}, and the environment is ${aKindOf(registered)} now`;
    return { check, ok: false, message };
  }
  if (!isSameTarget(made, registered)) {
    const message = `it was released to ${nameOf(made)}, and the environment is registered with ${nameOf(registered)} now`;
    return { check, ok: false, message };
  }
  return { check, ok: true, message: `the same ${kindOf(made)} as then` };
}

function version({ to, artifact: found, signatureFault, versionKept }: RollbackFacts): RollbackCheck {
  const name = `version ${to.release?.version ?? '?'}`;
  if (versionKept) return { check: 'version', ok: true, message: `${name} is still published` };
  const canBeMade = found === 'present' && signatureFault === undefined;
  const message = canBeMade
    ? `${name} is gone; it is made anew from the artifact`
    : `${name} is gone, and cannot be made anew`;
  return { check: 'version', ok: canBeMade, message };
}

function serving({ serves, underWay, displacedBy }: RollbackFacts): RollbackCheck {
  const check = 'serving';
  if (!serves) return { check, ok: true, message: 'another release serves now' };
  if (displacedBy !== undefined) {
    return { check, ok: true, message: `it is on record, and ${displacedBy} could not be taken back` };
  }
  return underWay === undefined
    ? { check, ok: false, message: 'it serves already' }
    : { check, ok: true, message: `it serves, and ${underWay} is about to replace it` };
}

/** What a rollback to it would do, as a sentence. */
export function effectOf({ to, versionKept, serves, underWay, displacedBy }: RollbackFacts): string {
  const version = to.release?.version ?? '?';
  const first = underWay === undefined ? '' : `Cancels ${underWay}, then `;
  if (serves && underWay === undefined && displacedBy === undefined) return 'Nothing: it serves already.';
  const what = versionKept
    ? `gives version ${version} all traffic`
    : `makes version ${version} anew from its signed artifact and gives it all traffic`;
  const sentence = `${first}${serves ? `makes sure that it serves: ${what}` : what}.`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function kindOf({ kind }: TargetRef): string {
  return kind === 'lambda' ? 'Lambda function' : 'ECS service';
}

function aKindOf(target: TargetRef): string {
  return `${target.kind === 'lambda' ? 'a' : 'an'} ${kindOf(target)}`;
}
