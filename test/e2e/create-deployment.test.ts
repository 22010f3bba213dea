import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeployment } from '#schemas/api/create-deployment.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import { register, untilOver } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { mintToken } from '#test/support/mint-token.ts';
import { smallService } from '#test/support/small-service.ts';

describe('asking for a deployment', () => {
  let host: E2eHost;
  let commit: string;

  const ask = (environment: string, key?: string, api = host.api) =>
    api.call(createDeployment, {
      body: { service: 'busy', environment, commit },
      ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    });
  const idsIn = async (environment: string) => {
    const { body } = await host.api.call(listDeployments, { query: { service: 'busy', environment } });
    return body.items.map(({ id }) => id);
  };
  const countOf = (answers: readonly { readonly status: number }[], status: number): number =>
    answers.filter((answer) => answer.status === status).length;

  beforeAll(async () => {
    host = await startE2eHost();
    const repository = await host.repository('busy');
    // Long enough that none of the requests finds the deployment already over.
    commit = await repository.commit(smallService('busy', { test: ['sleep 2'] }));
    await register(host.api, 'busy', repository.url);
  });
  afterAll(() => host.close());

  it('fifty times at once makes one deployment, and every answer names it', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask('staging')));

    expect(countOf(answers, 201)).toBe(1);
    expect(countOf(answers, 200)).toBe(49);
    expect(await idsIn('staging')).toHaveLength(1);
    const [id = ''] = await idsIn('staging');
    expect(new Set(answers.map(({ body }) => body.id))).toEqual(new Set([id]));
    expect(new Set(answers.map(({ headers }) => headers.get('location')))).toEqual(new Set([`/v1/deployments/${id}`]));
    expect(await untilOver(host.api, id)).toMatchObject({ status: 'succeeded' });
  });

  it('twenty times at once with one Idempotency-Key makes one, and the key answers with it when it is over', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('production', 'release-7')));
    expect([countOf(answers, 201), countOf(answers, 200)]).toEqual([1, 19]);
    const [id = ''] = await idsIn('production');
    await untilOver(host.api, id);

    const again = await ask('production', 'release-7');
    expect(again).toMatchObject({ status: 200, body: { id, status: 'succeeded' } });
    expect(await idsIn('production')).toEqual([id]);
  });

  it('with a used Idempotency-Key but another body is refused, and nothing is made', async () => {
    const before = await idsIn('staging');
    const refused = await host.api.refused('POST', '/v1/deployments', {
      headers: { 'content-type': 'application/json', 'idempotency-key': 'release-7' },
      body: JSON.stringify({ service: 'busy', environment: 'staging', commit }),
    });
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict', status: 409 } });
    expect(await idsIn('staging')).toEqual(before);
  });

  it('again without a key, or as somebody else with the same key, makes another one', async () => {
    const [first] = await idsIn('production');
    const unkeyed = await ask('production');
    expect(unkeyed.status).toBe(201);
    await untilOver(host.api, unkeyed.body.id);

    const bob = host.api.as(await mintToken(host.directory, { subject: 'bob' }));
    const ofBob = await ask('production', 'release-7', bob);
    expect(ofBob).toMatchObject({ status: 201, body: { actor: 'bob' } });
    expect(new Set([first, unkeyed.body.id, ofBob.body.id]).size).toBe(3);
    await untilOver(host.api, ofBob.body.id);
  });
});
