import type { Moment } from '../moment.ts';
import { Refusal } from '../refusal.ts';
import { decide, type Decision } from './decision.ts';
import type { Deployment } from './deployment.ts';
import { refuseCancelled } from './refuse-cancelled.ts';
import { originOf } from './rollback-history.ts';
import type { RollbackRecord } from './rollback-record.ts';

/**
 * The rollback is done: what it restored becomes the environment's current release. In the same transaction the deployment
 * that it took away learns of it, with an event of its own: it succeeded and stays so, and yet serves no more.
 *
 * @param replaced the deployment whose release served until now
 * @throws Refusal `cancelled`: whoever was told that it will end must not see it succeed
 */
export function completeRollback(rollback: Deployment, replaced: Deployment | undefined, moment: Moment): Decision {
  refuseCancelled(rollback);
  const { release, artifact, rollbackTo } = rollback;
  if (!release || !artifact || rollbackTo === undefined) {
    throw new Refusal('conflict', `Rollback ${rollback.id} cannot succeed before it has restored a release.`);
  }
  // What served is what was wanted: only made sure of, and nothing was taken away.
  const isSame = replaced !== undefined && originOf(replaced) === rollbackTo;
  const stays = isSame && replaced.release?.version === release.version;
  const taken = isSame ? undefined : replaced;
  const durationMs = Math.max(0, moment.atMs - (rollback.startedAtMs ?? rollback.createdAtMs));
  const decision = decide(
    rollback,
    {
      status: 'succeeded',
      writes: [
        ...(stays ? [] : [{ kind: 'put-current-release' as const, deployment: rollback, at: moment.at }]),
        ...(taken ? [{ kind: 'put-rollback-record' as const, record: recordOf(rollback, taken, moment) }] : []),
      ],
      facts: [
        {
          type: 'deployment.succeeded',
          data: {
            commit: rollback.commit,
            artifactDigest: artifact.digest,
            version: release.version,
            url: release.target.url,
            durationMs,
          },
        },
      ],
    },
    moment,
  );
  return taken ? { ...decision, alongside: takenAway(taken, rollback, moment) } : decision;
}

function takenAway(replaced: Deployment, rollback: Deployment, moment: Moment): Decision {
  const { actor, rollbackReason, commit, id } = rollback;
  const why = rollbackReason === undefined ? '.' : `: ${rollbackReason}`;
  return decide(
    replaced,
    {
      patch: { rolledBackBy: id },
      facts: [
        {
          type: 'deployment.rolled_back',
          data: {
            // Somebody wanted it so: whoever counts failures leaves it out by this code.
            failure: { code: 'cancelled', message: `Rolled back to commit ${commit.slice(0, 7)} by ${actor}${why}` },
            fromVersion: replaced.release?.version ?? '',
            toVersion: rollback.release?.version ?? '',
            durationMs: Math.max(0, moment.atMs - (rollback.startedAtMs ?? rollback.createdAtMs)),
            rolledBackBy: id,
          },
        },
      ],
    },
    moment,
  );
}

function recordOf(rollback: Deployment, replaced: Deployment, { at }: Moment): RollbackRecord {
  const { id, service, environment, rollbackTo = '', rollbackReason, actor, release } = rollback;
  return {
    service,
    environment,
    deploymentId: replaced.id,
    rollbackId: id,
    restoredId: rollbackTo,
    fromVersion: replaced.release?.version ?? '',
    toVersion: release?.version ?? '',
    by: actor,
    at,
    ...(rollbackReason !== undefined && { reason: rollbackReason }),
  };
}
