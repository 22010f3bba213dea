import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginStep } from '#domain/deployment/begin-step.ts';
import { decide, type Decision } from '#domain/deployment/decision.ts';
import type { CommitOutcome } from '#ports/deployment-store.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { commitB, givenDeployments, rowsAbout } from './given-deployments.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** Commits and says how it ended, and whether any row is there, gone or changed because of it. */
async function tried(service: string, decision: Decision): Promise<{ outcome: CommitOutcome; wrote: boolean }> {
  const about = [service, decision.after.id];
  const before = await rowsAbout(account, ...about);
  const outcome = await account.deps.deployments.commit(decision);
  const after = await rowsAbout(account, ...about);
  return { outcome, wrote: JSON.stringify(before) !== JSON.stringify(after) };
}

describe('a commit', () => {
  test('writes the state, the lock and the event together', async () => {
    const given = givenDeployments(account);
    const decision = given.request();
    expect(await tried(given.service, decision)).toEqual({ outcome: 'committed', wrote: true });
    const { deployments, outbox } = account.deps;
    expect(await deployments.find(decision.after.id)).toEqual(decision.after);
    expect(await deployments.findInProgress(given.service, 'staging', decision.after.commit)).toBe(decision.after.id);
    await account.clock.advance(1);
    const events = await outbox.unpublished(0, 500);
    if (!account.shared) expect(events).toContainEqual(decision.events[0]);
  });

  test('that saw an earlier revision is a revision conflict', async () => {
    const given = givenDeployments(account);
    const deployment = await given.accepted();
    const fail = decide(
      deployment,
      {
        status: 'failed',
        facts: [{ type: 'deployment.failed', data: { failure: { code: 'timeout', message: 'Late.' }, durationMs: 1 } }],
      },
      given.moment(),
    );
    await given.commit(await given.admission(deployment));
    expect(await tried(given.service, fail)).toEqual({ outcome: 'revision_conflict', wrote: false });
  });

  test('of a deployment that exists already is a revision conflict', async () => {
    const given = givenDeployments(account);
    const { id } = await given.accepted();
    const again = given.request({ id, commit: commitB });
    expect(await tried(given.service, again)).toEqual({ outcome: 'revision_conflict', wrote: false });
  });

  test('of a deployment that nobody made is a revision conflict', async () => {
    const given = givenDeployments(account);
    const { after } = given.request();
    const change = decide(after, { patch: { builds: 1 } }, given.moment());
    expect(await tried(given.service, change)).toEqual({ outcome: 'revision_conflict', wrote: false });
  });

  test('for a commit that is on its way to the same environment finds the lock taken', async () => {
    const given = givenDeployments(account);
    const first = await given.accepted();
    const second = given.request({ remember: { key: `${given.service}#k`, digest: 'd' } });
    expect(await tried(given.service, second)).toEqual({ outcome: 'lock_taken', wrote: false });
    expect(await account.deps.deployments.findInProgress(given.service, 'staging', first.commit)).toBe(first.id);
    expect(await tried(given.service, given.request({ environment: 'production' }))).toMatchObject({
      outcome: 'committed',
    });
  });

  test('that takes a slot which another one took meanwhile loses it', async () => {
    const given = givenDeployments(account);
    const older = await given.accepted();
    const newer = await given.accepted({ commit: commitB });
    const [late, first] = [await given.admission(newer), await given.admission(older)];
    await given.commit(first);
    expect(await tried(given.service, late)).toEqual({ outcome: 'slot_lost', wrote: false });
  });

  test('that takes a slot which is held loses it, though it knows the next fence', async () => {
    const given = givenDeployments(account);
    const owner = await given.admitted();
    const deployment = await given.accepted({ commit: commitB });
    const fence = (owner.fence ?? 0) + 1;
    const writes = [{ kind: 'take-slot' as const, deployment, fence }];
    const grab = decide(deployment, { status: 'running', patch: { fence }, writes }, given.moment());
    expect(await tried(given.service, grab)).toEqual({ outcome: 'slot_lost', wrote: false });
  });

  test('that takes a slot which has been held and freed meanwhile loses it too', async () => {
    const given = givenDeployments(account);
    const slow = await given.accepted();
    const decidedEarly = await given.admission(slow);
    const quick = await given.admitted({ commit: commitB });
    const failed = decide(quick, { status: 'failed' }, given.moment());
    await given.commit(failed);
    expect(await tried(given.service, decidedEarly)).toEqual({ outcome: 'slot_lost', wrote: false });
  });

  test.each([
    { what: 'under an old fence', claim: { fence: 0 } },
    { what: 'under a fence to come', claim: { fence: 2 } },
  ])('that begins a step $what loses the slot', async ({ claim }) => {
    const given = givenDeployments(account);
    const deployment = await given.admitted();
    const record = { deployment: { ...deployment, ...claim }, steps: [] };
    const beginning = beginStep(record, { name: 'sign', run: 1 }, given.moment());
    if (beginning.kind !== 'begin') throw new Error(beginning.kind);
    expect(await tried(given.service, beginning.decision)).toEqual({ outcome: 'slot_lost', wrote: false });
  });

  test('that begins a step without ever having had the slot loses it', async () => {
    const given = givenDeployments(account);
    const owner = await given.admitted();
    const other = await given.accepted({ commit: commitB });
    const record = { deployment: { ...other, status: 'running' as const, fence: owner.fence ?? 0 }, steps: [] };
    const beginning = beginStep(record, { name: 'sign', run: 1 }, given.moment());
    if (beginning.kind !== 'begin') throw new Error(beginning.kind);
    expect(await tried(given.service, beginning.decision)).toEqual({ outcome: 'slot_lost', wrote: false });
  });

  test('under an idempotency key that is used finds the request known', async () => {
    const given = givenDeployments(account);
    const remember = { key: `ada#${given.service}`, digest: 'one' };
    const { id } = await given.accepted({ remember });
    const second = given.request({ commit: commitB, remember: { ...remember, digest: 'two' } });
    expect(await tried(given.service, second)).toEqual({ outcome: 'request_known', wrote: false });
    expect(await account.deps.deployments.findRemembered(remember.key)).toEqual({ deploymentId: id, digest: 'one' });
  });

  test('of twelve at once on one revision is made by exactly one', async () => {
    const given = givenDeployments(account);
    const deployment = await given.accepted();
    const changes = Array.from({ length: 12 }, (_, builds) =>
      decide(deployment, { patch: { builds } }, given.moment()),
    );
    const outcomes = await Promise.all(changes.map((change) => account.deps.deployments.commit(change)));
    expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'revision_conflict')).toHaveLength(11);
    const winner = changes[outcomes.indexOf('committed')];
    expect(await account.deps.deployments.find(deployment.id)).toEqual(winner?.after);
  });
});

describe('an idempotency key', () => {
  test('is forgotten after a day, and then free for another request even if its row is still there', async () => {
    const given = givenDeployments(account);
    const remember = { key: `ada#${given.service}`, digest: 'one' };
    await given.accepted({ remember });
    const day = 24 * 3600 * 1000;
    const soon = account.later(day - 1000);
    expect(await soon.deployments.findRemembered(remember.key)).toMatchObject({ digest: 'one' });
    const early = givenDeployments({ deps: soon }, given.service).request({ commit: commitB, remember });
    expect(await soon.deployments.commit(early)).toBe('request_known');

    const late = account.later(day + 1000);
    expect(await late.deployments.findRemembered(remember.key)).toBeUndefined();
    const again = { ...remember, digest: 'two' };
    const next = givenDeployments({ deps: late }, given.service).request({ commit: commitB, remember: again });
    expect(await late.deployments.commit(next)).toBe('committed');
    expect(await late.deployments.findRemembered(remember.key)).toEqual({ deploymentId: next.after.id, digest: 'two' });
  });
});
