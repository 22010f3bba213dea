import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DynamoOutbox } from '#adapters/dynamodb/outbox.ts';
import { decide } from '#domain/deployment/decision.ts';
import type { Artifact, Deployment } from '#domain/deployment/deployment.ts';
import { names } from '#local/stack/names.ts';
import { publishOutbox } from '#usecases/publish-outbox.ts';
import { getArtifactAudit } from '#usecases/get-artifact-audit.ts';
import { verifyAudit } from '#usecases/verify-audit.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { givenDeployments, rowsAbout } from './given-deployments.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const artifact = (digit: string): Artifact => ({
  format: 'zip',
  digest: digit.repeat(64),
  key: 'k',
  sizeBytes: 1,
  identity: digit.repeat(64),
  signatureKey: `artifacts/nothing/${digit}`,
});

describe('what was published', () => {
  test('stays, link by link as it was written, and only leaves the list of what is to be published', async () => {
    const given = givenDeployments(account);
    const decision = given.request();
    await given.commit(decision);
    const { bus, outbox, audit } = account.later(1000);
    const [event] = decision.events;
    await publishOutbox({ bus, outbox }, decision.events);
    expect(await outbox.unpublished(0, 100)).not.toContainEqual(event);
    const [entry, ...others] = await audit.read({ aggregate: decision.after.id }, 0, 10);
    expect(others).toEqual([]);
    expect(entry).toEqual({
      type: event?.type,
      detail: event?.detail,
      publishedAt: expect.stringMatching(/^2026-01-01T12:/) as string,
    });
    const [row] = (await rowsAbout(account, `OUT#${decision.after.id}`)).map((text) => JSON.parse(text) as object);
    expect(Object.keys(row ?? {}).filter((name) => name.startsWith('gsi'))).toEqual([]);
  });

  test('costs one request for the events of a batch, as it did before they stayed', async () => {
    const given = givenDeployments(account);
    const decisions = Array.from({ length: 20 }, (_, index) =>
      given.request({ commit: String(index).padStart(40, '0') }),
    );
    for (const decision of decisions) await given.commit(decision);
    let calls = 0;
    const client = DynamoDBDocumentClient.from(new DynamoDBClient(account.client));
    client.middlewareStack.add((next) => (request) => ((calls += 1), next(request)), { step: 'initialize' });
    const events = decisions.flatMap((decision) => decision.events);
    await new DynamoOutbox({ client, name: names.table }, account.deps.clock).markPublished(events);
    expect(calls).toBe(1);
  });
});

describe('a chain in the table', () => {
  test('is read in pages, from any link', async () => {
    const given = givenDeployments(account);
    const { id } = await given.admitted();
    const seqs = async (after: number, limit: number) =>
      (await account.deps.audit.read({ aggregate: id }, after, limit)).map(({ detail }) => detail.seq);
    expect(await seqs(0, 10)).toEqual([1, 2]);
    expect(await seqs(0, 1)).toEqual([1]);
    expect(await seqs(1, 10)).toEqual([2]);
    expect(await seqs(2, 10)).toEqual([]);
  });

  test('is verified in pages of any size, against what its record says of the end', async () => {
    const given = givenDeployments(account);
    const { id, chain } = await given.admitted();
    for (const limit of [1, 2, 3]) {
      const first = await verifyAudit(account.deps, id, { after: 0, limit });
      expect([first.verdict.status, first.head]).toEqual(['intact', chain]);
      expect(first.next).toBe(limit === 1 ? 1 : undefined);
    }
    expect(await verifyAudit(account.deps, id, { after: 1, limit: 1 })).toMatchObject({
      verdict: { status: 'intact' },
    });
    expect((await verifyAudit(account.deps, id, { after: 2, limit: 5 })).entries).toEqual([]);
    await expect(verifyAudit(account.deps, 'dep_unknown', { after: 0, limit: 5 })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('the deployments of an artifact', () => {
  const give = async (given: ReturnType<typeof givenDeployments>, deployment: Deployment, digit: string) =>
    given.commit(decide(deployment, { patch: { artifact: artifact(digit) } }, given.moment()));

  test('are found from the commit that gave it to them, in pages and in the order of their ids', async () => {
    const given = givenDeployments(account);
    const made: Deployment[] = [];
    for (const environment of ['staging', 'production', 'preview']) {
      made.push(await give(given, await given.accepted({ environment }), 'a'));
    }
    await give(given, await given.accepted({ environment: 'other' }), 'b');
    const ids = made.map(({ id }) => id).sort();
    const { audit } = account.deps;
    const digest = 'a'.repeat(64);
    expect(await audit.usesOf(given.service, digest, undefined, 10)).toEqual({ deploymentIds: ids, more: false });
    const first = await audit.usesOf(given.service, digest, undefined, 2);
    expect(first).toEqual({ deploymentIds: ids.slice(0, 2), more: true });
    expect((await audit.usesOf(given.service, digest, ids[1], 10)).deploymentIds).toEqual(ids.slice(2));
    expect((await audit.usesOf('another-service', digest, undefined, 10)).deploymentIds).toEqual([]);
  });

  test('stay known of each artifact that they ever had', async () => {
    const given = givenDeployments(account);
    const first = await give(given, await given.accepted(), 'c');
    await give(given, first, 'd');
    for (const digit of ['c', 'd']) {
      const { deploymentIds } = await account.deps.audit.usesOf(given.service, digit.repeat(64), undefined, 10);
      expect(deploymentIds).toEqual([first.id]);
    }
  });

  test('are told with their chains, and with the statement that is gone', async () => {
    const given = givenDeployments(account);
    const { id } = await give(given, await given.accepted(), 'e');
    const wanted = { service: given.service, digest: 'e'.repeat(64), limit: 5 };
    const page = await getArtifactAudit(account.deps, wanted);
    expect(page.statements).toEqual([{ identity: 'e'.repeat(64) }]);
    expect(page.publicKey.pem).toContain('BEGIN PUBLIC KEY');
    expect(page.uses.map(({ record, verdict }) => [record.deployment.id, verdict.status])).toEqual([[id, 'intact']]);
    await expect(getArtifactAudit(account.deps, { ...wanted, digest: 'f'.repeat(64) })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

test('what is archived is not changed any more, and is told so', async () => {
  const given = givenDeployments(account);
  const deployment = await given.accepted();
  const archived = { ...deployment, archived: true as const };
  expect(() => decide(archived, { status: 'cancelled' }, given.moment())).toThrow(
    /is archived.*Deploy its commit anew/,
  );
});
