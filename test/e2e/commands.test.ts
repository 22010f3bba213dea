import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelDeployment } from '#schemas/api/cancel-deployment.ts';
import { decideApproval } from '#schemas/api/decide-approval.ts';
import { getDeployment } from '#schemas/api/get-deployment.ts';
import { listApprovals } from '#schemas/api/list-approvals.ts';
import { retryDeployment } from '#schemas/api/retry-deployment.ts';
import type { ApiClient } from '#test/support/api-client.ts';
import { begin, eventually, register, untilOver, untilStatus } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { mintToken } from '#test/support/mint-token.ts';
import { processesOf } from '#test/support/process-list.ts';
import { smallService } from '#test/support/small-service.ts';

describe('commands over the API', () => {
  let host: E2eHost;
  const as = async (subject: string, ...groups: readonly string[]): Promise<ApiClient> =>
    host.api.as(await mintToken(host.directory, { subject, groups, roles: ['release-engineer'] }));

  beforeAll(async () => {
    host = await startE2eHost();
  });
  afterAll(() => host.close());

  it('end a build with its processes within ten seconds, and begin it again', async () => {
    const repository = await host.repository('slow');
    const slow = smallService('slow', { test: ['sleep 40'] });
    const commit = await repository.commit(slow);
    await register(host.api, 'slow', repository.url);
    const params = { deploymentId: await begin(host.api, 'slow', 'staging', commit) };
    await untilStatus(host.api, params.deploymentId, ({ steps }) => steps.some(({ name }) => name === 'test'));
    const working = () => processesOf(`${host.directory}/builds`);
    expect(working()).not.toEqual([]);

    const owner = await as('ada', 'team-a');
    const askedMs = Date.now();
    const answer = await owner.call(cancelDeployment, { params, body: { reason: 'the wrong commit' } });
    expect([answer.status, answer.body.status]).toEqual([202, 'cancelled']);
    await eventually(async () => working().length === 0, 'the processes of the build are gone');
    expect(Date.now() - askedMs).toBeLessThan(10_000);
    const { body } = await owner.call(getDeployment, { params });
    expect(body.cancel).toMatchObject({ by: 'ada', reason: 'the wrong commit' });
    expect(body.steps.at(-1)).toMatchObject({ name: 'test', status: 'interrupted' });

    const again = await owner.call(retryDeployment, { params });
    expect([again.status, again.body.status, again.body.run]).toEqual([202, 'queued', 2]);
    await untilStatus(host.api, params.deploymentId, ({ steps }) =>
      steps.some(({ name, attempt }) => name === 'test' && attempt === 2),
    );
    await owner.call(cancelDeployment, { params, body: {} });
    const { commands, status } = await untilOver(host.api, params.deploymentId);
    expect([status, commands?.map(({ kind, run }) => `${kind} ${run}`)]).toEqual([
      'cancelled',
      ['cancel 1', 'retry 1', 'cancel 2'],
    ]);
    await eventually(async () => working().length === 0, 'the processes of the second build are gone');
  });

  it('let a second person, and nobody else, send a release to production', async () => {
    const repository = await host.repository('careful');
    const files = smallService('careful');
    const approval = { groups: ['release-engineers'], quorum: 1, timeoutSeconds: 3_600 };
    const manifest = {
      ...(JSON.parse(String(files['service.yaml'])) as object),
      environments: { staging: {}, production: { approval } },
    };
    const commit = await repository.commit({ ...files, 'service.yaml': JSON.stringify(manifest) });
    await register(host.api, 'careful', repository.url);
    const owner = await as('ada', 'team-a', 'release-engineers');
    const params = { deploymentId: await begin(owner, 'careful', 'production', commit) };
    await untilStatus(host.api, params.deploymentId, ({ status }) => status === 'awaiting_approval');

    const { items } = (await owner.call(listApprovals)).body;
    const artifactDigest = items.find(({ id }) => id === params.deploymentId)?.approval?.artifactDigest ?? '';
    expect(artifactDigest).toMatch(/^[0-9a-f]{64}$/);
    const refused = async (api: ApiClient, digest = artifactDigest) => {
      const { status, body } = await api.refused('POST', `/v1/deployments/${params.deploymentId}/approvals`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ vote: 'approve', artifactDigest: digest }),
      });
      return [status, body.code];
    };
    expect(await refused(owner), 'who asked for it').toEqual([403, 'permission_denied']);
    expect(await refused(await as('eve', 'team-b')), 'a stranger').toEqual([403, 'permission_denied']);
    const bob = await as('bob', 'release-engineers');
    expect(await refused(bob, 'f'.repeat(64)), 'another artifact').toEqual([409, 'conflict']);

    const { body } = await bob.call(decideApproval, { params, body: { vote: 'approve', artifactDigest } });
    expect(body).toMatchObject({ status: 'releasing', approval: { state: 'approved', votes: [{ by: 'bob' }] } });
    expect(await untilOver(host.api, params.deploymentId)).toMatchObject({
      status: 'succeeded',
      commands: [{ kind: 'approve', by: 'bob', run: 1 }],
    });
    expect(await refused(bob), 'once it is decided').toEqual([409, 'conflict']);
    expect((await owner.call(listApprovals)).body.items).toEqual([]);
  });
});
