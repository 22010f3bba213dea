import { describe, expect } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { approvedManifest } from '#test/support/approved-environment.ts';
import { commitNamed, scenario, type Scenario } from '#test/support/deployment-scenario.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';
import { machineStates } from '#test/support/machine-states.ts';

const b = { commit: commitNamed('b') };
const bob = { name: 'bob', groups: ['release-engineers'], email: 'bob@example.com' };
const cleo = { name: 'cleo', groups: ['release-engineers'] };
const vera = { name: 'vera', groups: ['visitors'] };
const waits = ({ status }: DeploymentView) => status === 'awaiting_approval';

/** A deployment to production that waits for approval. */
async function waiting({ given, when }: Scenario, parts: Parameters<typeof approvedManifest>[0] = {}) {
  given.source({ manifest: approvedManifest(parts) });
  const id = await when.asks({ environment: 'production' });
  await when.looks(id, waits);
  return id;
}

describe('a release that wants approval', () => {
  scenario('goes out once somebody of the group agrees, and says who', async (play) => {
    const id = await waiting(play);
    const answer = await play.when.sends({ kind: 'approve', comment: 'fine in staging' }, id, bob);
    expect(answer.statusCode, answer.body).toBe(200);
    const outcome = await play.when.isOver(id);
    outcome
      .status('succeeded')
      .events([
        'queued',
        'started',
        'approval_requested',
        'approval_decided',
        'canary_promoted',
        'health_check',
        'succeeded',
      ]);
    expect(outcome.view.approval).toMatchObject({
      state: 'approved',
      votes: [{ by: 'bob', vote: 'approve', comment: 'fine in staging' }],
    });
    expect(JSON.stringify(outcome.view)).not.toContain('bob@example.com');
    expect(outcome.view.steps.map(({ name, status }) => `${name} ${status}`)).toContain('approval succeeded');
    await outcome.serves('2');
  });

  scenario('stands on a list until it is decided', async (play) => {
    const id = await waiting(play);
    const list = async () =>
      JSON.parse((await play.host.callApi('list-approvals', {})).body) as { items: { id: string }[] };
    expect((await list()).items.map((each) => each.id)).toEqual([id]);
    await play.when.sends({ kind: 'approve' }, id, bob);
    expect((await list()).items).toEqual([]);
  });

  scenario('needs as many different people as its quorum', async (play) => {
    const id = await waiting(play, { quorum: 2 });
    await play.when.sends({ kind: 'approve' }, id, bob);
    await play.when.sends({ kind: 'approve' }, id, bob);
    await play.host.quiet();
    await play.when.looks(id, waits);
    await play.when.sends({ kind: 'approve' }, id, cleo);
    (await play.when.isOver(id)).status('succeeded');
  });

  scenario('is not decided by a stranger, by whoever triggered it, or for another artifact', async (play) => {
    const id = await waiting(play);
    const attempts = [
      { as: vera, command: { kind: 'approve' }, code: 'permission_denied', says: /release-engineers/ },
      { as: { ...bob, name: 'ada' }, command: { kind: 'approve' }, code: 'permission_denied', says: /somebody else/ },
      { as: bob, command: { kind: 'approve', artifactDigest: 'f'.repeat(64) }, code: 'conflict', says: /f{64}/ },
    ] as const;
    for (const { as, command, code, says } of attempts) {
      const { body } = await play.when.sends(command, id, as);
      expect(JSON.parse(body)).toMatchObject({ code, detail: expect.stringMatching(says) as string });
    }
    await play.when.looks(id, waits);
    await play.when.sends({ kind: 'reject' }, id, bob);
  });

  scenario('fails when somebody rejects it, and says who and why', async (play) => {
    const id = await waiting(play);
    await play.when.sends({ kind: 'reject', comment: 'not before the holidays' }, id, bob);
    const outcome = await play.when.isOver(id);
    outcome
      .status('failed')
      .failure({
        code: 'policy_gate_failed',
        step: 'approval',
        message: 'bob rejected the release: not before the holidays',
      })
      .events(['queued', 'started', 'approval_requested', 'approval_decided', 'failed']);
    await outcome.serves('1');
  });

  scenario('fails when nobody decides in time, after it was asked for again and again', async (play) => {
    const id = await waiting(play, { timeoutSeconds: 3_600 });
    const outcome = await play.when.isOver(id);
    outcome
      .status('failed')
      .failure({ code: 'timeout', step: 'approval', message: /Nobody of release-engineers approved in time/ });
    const asked = machineStates(play.host, outcome.view).filter((state) => state === 'RequestApproval');
    expect(asked.length).toBeGreaterThanOrEqual(4);
    await outcome.serves('1');
  });

  scenario('goes on without the wake-up, when that was lost', async (play) => {
    const id = await waiting(play);
    play.given.trouble({ at: 'workflows.wake', error: new Error('lost') });
    await play.when.sends({ kind: 'approve' }, id, bob);
    (await play.when.isOver(id)).status('succeeded');
  });

  scenario('makes room for a newer one, which has to be approved for itself', async (play) => {
    const first = await waiting(play);
    play.given.source({ ...b, manifest: approvedManifest() });
    const second = await play.when.asks({ ...b, environment: 'production' });
    await play.when.looks(second, waits);
    await play.when.looks(first, ({ status }) => status === 'superseded');
    const late = await play.when.sends({ kind: 'approve', artifactDigest: 'f'.repeat(64) }, first, bob);
    expect(JSON.parse(late.body)).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('superseded') as string,
    });
    await play.when.sends({ kind: 'approve' }, second, bob);
    (await play.when.isOver(second)).status('succeeded');
  });

  scenario('is not got rid of by a commit that leaves it out', async (play) => {
    const first = await waiting(play);
    await play.when.sends({ kind: 'approve' }, first, bob);
    (await play.when.isOver(first)).status('succeeded');
    play.given.source({ ...b, manifest: serviceManifest() });
    const second = await play.when.asks({ ...b, environment: 'production' });
    await play.when.looks(second, waits);
    await play.when.sends({ kind: 'approve' }, second, bob);
    (await play.when.isOver(second)).status('succeeded');
  });

  scenario('is asked for by a retry, when what serves by then wants one', async (play) => {
    play.given.source({ manifest: serviceManifest() }).build({ test: 'fails' });
    const early = (await play.when.deploys({ environment: 'production' })).status('failed').view.id;
    play.given.source({ ...b, manifest: approvedManifest() });
    const later = await play.when.asks({ ...b, environment: 'production' });
    await play.when.looks(later, waits);
    await play.when.sends({ kind: 'approve' }, later, bob);
    (await play.when.isOver(later)).status('succeeded');
    await play.when.sends({ kind: 'retry' }, early);
    await play.when.looks(early, waits);
    await play.when.sends({ kind: 'reject' }, early, bob);
    (await play.when.isOver(early)).status('failed').failure({ code: 'policy_gate_failed' });
  });

  scenario('asks anew in every run, and the retry of one who approved is decided by somebody else', async (play) => {
    const id = await waiting(play);
    play.given.health([503]);
    await play.when.sends({ kind: 'approve' }, id, bob);
    (await play.when.isOver(id)).status('failed');
    play.given.health([200]);
    await play.when.sends({ kind: 'retry' }, id, bob);
    await play.when.looks(id, waits);
    expect(JSON.parse((await play.when.sends({ kind: 'approve' }, id, bob)).body)).toMatchObject({
      code: 'permission_denied',
    });
    await play.when.sends({ kind: 'approve' }, id, cleo);
    const outcome = await play.when.isOver(id);
    outcome.status('succeeded');
    expect(outcome.view.run).toBe(2);
    expect(outcome.view.approval?.votes.map(({ by }) => by)).toEqual(['cleo']);
  });
});
