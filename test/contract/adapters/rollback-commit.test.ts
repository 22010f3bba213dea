import { afterAll, beforeAll, expect, test } from 'vitest';
import { decide } from '#domain/deployment/decision.ts';
import type { RollbackRecord } from '#domain/deployment/rollback-record.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { commitB, givenDeployments, rowsAbout } from './given-deployments.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** A deployment that takes away another one, and both changes in one decision. */
async function takingAway() {
  const given = givenDeployments(account);
  const taken = await given.admitted();
  const taker = await given.accepted({ commit: commitB });
  const moment = given.moment();
  const record: RollbackRecord = {
    service: given.service,
    environment: 'staging',
    deploymentId: taken.id,
    rollbackId: taker.id,
    restoredId: taker.id,
    fromVersion: '4',
    toVersion: '3',
    by: 'ada',
    at: moment.at,
  };
  const failure = { code: 'cancelled' as const, message: 'Rolled back.' };
  const data = { failure, fromVersion: '4', toVersion: '3', durationMs: 1, rolledBackBy: taker.id };
  const decision = {
    ...decide(taker, { patch: { builds: 1 }, writes: [{ kind: 'put-rollback-record', record }] }, moment),
    alongside: decide(
      taken,
      { patch: { rolledBackBy: taker.id }, facts: [{ type: 'deployment.rolled_back', data }] },
      moment,
    ),
  };
  return { given, taken, taker, decision };
}

test('two deployments change in one commit, with the event of each and the record of it', async () => {
  const { taken, taker, decision } = await takingAway();
  expect(await account.deps.deployments.commit(decision)).toBe('committed');
  expect(await account.deps.deployments.find(taker.id)).toMatchObject({ builds: 1 });
  expect(await account.deps.deployments.find(taken.id)).toMatchObject({ rolledBackBy: taker.id, rev: taken.rev + 1 });
  const rows = await rowsAbout(account, taken.id);
  expect(rows.some((row) => row.includes(`"OUT#${taken.id}"`) && row.includes('deployment.rolled_back'))).toBe(true);
  const record = rows
    .map((row) => JSON.parse(row) as Record<string, unknown>)
    .find(({ et }) => et === 'RollbackRecord');
  expect(record).toMatchObject({
    pk: `DEP#${taken.id}`,
    sk: `RB#${record?.['at'] as string}`,
    gsi1pk: `ROLLBACKS#${taken.service}`,
    gsi1sk: `staging#${record?.['at'] as string}`,
    rollbackId: taker.id,
  });
});

test.each(['taken', 'taker'] as const)('when the %s has changed since, nothing of both is written', async (which) => {
  const all = await takingAway();
  const { given, taken, taker, decision } = all;
  await given.commit(decide(all[which], { patch: { builds: 9 } }, given.moment()));
  const before = await rowsAbout(account, taken.id, taker.id);
  expect(await account.deps.deployments.commit(decision)).toBe('revision_conflict');
  expect(await rowsAbout(account, taken.id, taker.id)).toEqual(before);
});

test('a deployment is loaded as before, whatever was rolled back about it', async () => {
  const { taken, decision } = await takingAway();
  const before = await account.deps.deployments.load(taken.id);
  await account.deps.deployments.commit(decision);
  const after = await account.deps.deployments.load(taken.id);
  expect(after).toMatchObject({ steps: before?.steps, commands: before?.commands });
});
