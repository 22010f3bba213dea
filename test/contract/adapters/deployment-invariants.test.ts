import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { admit } from '#domain/deployment/admit.ts';
import { beginStep } from '#domain/deployment/begin-step.ts';
import { completeDeployment } from '#domain/deployment/complete.ts';
import { decide, type Decision } from '#domain/deployment/decision.ts';
import type { Deployment, DeploymentRecord } from '#domain/deployment/deployment.ts';
import { settleFailure } from '#domain/deployment/settle-failure.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { findBreak, type OutboxEvent } from '#domain/event/chain.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { aRelease } from '#test/support/builders.ts';
import { givenDeployments } from './given-deployments.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const environments = ['staging', 'production'] as const;
const commits = ['a', 'b', 'c'].map((letter) => letter.repeat(40));

/** What somebody decides about the deployments as they are; it is committed at once, or late when others went first. */
type Move =
  | { readonly kind: 'request'; readonly commit: number; readonly environment: number }
  | { readonly kind: 'admit' | 'begin' | 'release' | 'complete' | 'fail' | 'roll-back'; readonly which: number };
interface Turn {
  readonly move: Move;
  /** How many further turns are taken before this one's decision is committed. */
  readonly late: number;
}

const which = fc.nat({ max: 5 });
const turn: fc.Arbitrary<Turn> = fc.record({
  move: fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('request'), commit: fc.nat(2), environment: fc.nat(1) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('admit'), which }) },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constantFrom('begin', 'release', 'complete', 'fail', 'roll-back'), which }),
    },
  ),
  late: fc.oneof(fc.constant(0), fc.nat({ max: 3 })),
});

test('however decisions interleave, locks, slots, queue and chain stay true to the deployments', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 10, maxLength: 40 }), async (turns) => {
      const world = openWorld();
      const waiting: { due: number; decision: Decision }[] = [];
      for (const [index, { move, late }] of turns.entries()) {
        await account.clock.advance(1);
        const decision = await world.decisionOn(move);
        if (decision) waiting.push({ due: index + late, decision });
        for (const ready of waiting.filter(({ due }) => due <= index)) {
          waiting.splice(waiting.indexOf(ready), 1);
          await world.commit(ready.decision);
        }
      }
      await world.check();
    }),
    { numRuns: 25 },
  );
});

function openWorld() {
  const { deployments } = account.deps;
  const given = givenDeployments(account);
  const ids: string[] = [];
  const events: OutboxEvent[] = [];

  async function decisionOn(move: Move): Promise<Decision | undefined> {
    if (move.kind === 'request') {
      return given.request({
        commit: commits[move.commit] ?? '',
        environment: environments[move.environment] ?? 'staging',
      });
    }
    // The youngest ones are the interesting ones.
    const id = ids.at(-1 - move.which);
    const record = id === undefined ? undefined : await deployments.load(id);
    if (!record || isTerminal(record.deployment.status)) return undefined;
    return decisionAbout(record, move.kind);
  }

  async function decisionAbout(record: DeploymentRecord, kind: Exclude<Move['kind'], 'request'>) {
    const { deployment } = record;
    const { status, environment, run } = deployment;
    const moment = given.moment();
    const release = aRelease({ version: '2', baselineVersion: '1' });
    const artifact = { format: 'zip' as const, digest: 'd', key: 'k', sizeBytes: 1, identity: 'i', signatureKey: 's' };
    switch (kind) {
      case 'admit': {
        const admission = admit(deployment, await deployments.slot(given.service, environment), moment);
        return 'decision' in admission ? admission.decision : undefined;
      }
      case 'begin': {
        const beginning = status === 'queued' ? undefined : beginStep(record, { name: 'release', run }, moment);
        return beginning?.kind === 'begin' ? beginning.decision : undefined;
      }
      case 'release':
        if (status === 'running')
          return decide(deployment, { status: 'releasing', patch: { release, artifact } }, moment);
        return status === 'releasing' ? decide(deployment, { status: 'verifying' }, moment) : undefined;
      case 'complete':
        return status === 'verifying' ? completeDeployment(deployment, moment) : undefined;
      case 'fail': {
        const settlement = settleFailure(record, { code: 'timeout', message: 'Late.' }, moment);
        return 'decision' in settlement ? settlement.decision : undefined;
      }
      case 'roll-back':
        return status === 'rolling_back' ? decide(deployment, { status: 'rolled_back' }, moment) : undefined;
    }
  }

  async function commit(decision: Decision): Promise<void> {
    if ((await deployments.commit(decision)) !== 'committed') return;
    if (!decision.before) ids.push(decision.after.id);
    events.push(...decision.events);
    await check();
  }

  async function check(): Promise<void> {
    const all = (await Promise.all(ids.map((id) => deployments.find(id)))).filter((each) => each !== undefined);
    expect(all).toHaveLength(ids.length);
    for (const environment of environments)
      await checkEnvironment(all.filter((each) => each.environment === environment));
    for (const { id, chain } of all) {
      const details = events.filter(({ aggregate }) => aggregate === id).map(({ detail }) => detail);
      expect(findBreak(details, given.moment().hash)).toBeUndefined();
      expect(chain.seq).toBe(details.length);
    }
  }

  async function checkEnvironment(all: readonly Deployment[]): Promise<void> {
    const [first] = all;
    if (!first) return;
    const { environment } = first;
    const slot = await deployments.slot(given.service, environment);
    const active = all.filter(({ status }) => status !== 'queued' && !isTerminal(status));
    expect(active.map(({ id }) => id)).toEqual(slot.owner === undefined ? [] : [slot.owner]);
    expect(active.every(({ fence }) => fence === slot.fence)).toBe(true);

    const queued = new Set(all.filter(({ status }) => status === 'queued').map(({ id }) => id));
    const strangers = slot.waiters.filter(({ deploymentId }) => !queued.has(deploymentId));
    expect(strangers, 'nobody waits who is not queued').toEqual([]);

    for (const wanted of commits) {
      const open = all.filter((each) => each.commit === wanted && !isTerminal(each.status));
      expect(open.length).toBeLessThanOrEqual(1);
      expect(await deployments.findInProgress(given.service, environment, wanted)).toBe(open[0]?.id);
    }
  }

  return { decisionOn, commit, check };
}
