import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HttpArtifactRegistry } from '#adapters/artifact-service/http-registry.ts';
import { PairedArtifactRegistry } from '#adapters/artifact-service/paired-registry.ts';
import { externalArtifact, type ExternalArtifact } from '#schemas/external/artifact-service.ts';
import type { ArtifactRegistry, RegisteredArtifact } from '#ports/artifact-registry.ts';
import type { Clock } from '#ports/clock.ts';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';
import { openReceiver, type Received, type ReceiverAnswer } from '#test/support/small-receiver.ts';
import { givenDeployments } from './given-deployments.ts';

const statement = { statement: '{"version":1}', signature: { keyId: 'key', value: 'AAAA' } };

/** A small artifact service, as its contract has it. */
function referenceService() {
  const known = new Map<string, ExternalArtifact>();
  const evidence = new Map<string, unknown>();
  const withdrawn = new Set<string>();
  const troubles: ReceiverAnswer[] = [];
  function answer({ method, path, headers, body }: Received): ReceiverAnswer {
    const trouble = troubles.shift();
    if (trouble) return trouble;
    if (headers.authorization !== 'Bearer t0ken') return { status: 401 };
    const url = new URL(path, 'http://service');
    const [, , , service = '', identity = url.searchParams.get('identity') ?? '', part] = url.pathname.split('/');
    const key = `${service}/${identity}`;
    if (part === 'evidence') {
      if (withdrawn.has(key)) return { status: 410 };
      return evidence.has(key) ? { status: 200, body: evidence.get(key) } : { status: 404 };
    }
    const present = known.get(key);
    if (method === 'GET') {
      return present?.tree === url.searchParams.get('tree') ? { status: 200, body: present } : { status: 404 };
    }
    const wanted = externalArtifact.parse(body);
    if (present) return { status: present.digest === wanted.digest ? 200 : 409 };
    known.set(key, wanted);
    return { status: 201 };
  }
  return { known, evidence, withdrawn, troubles, answer };
}

let account: TestAccount;
let reference = referenceService();
let server: Awaited<ReturnType<typeof openReceiver>>;
let nowMs = 0;
const clock: Clock = {
  now: () => new Date(nowMs),
  sleep: (milliseconds) => {
    nowMs += milliseconds;
    return Promise.resolve();
  },
};
beforeAll(async () => {
  account = await openTestAccount();
  server = await openReceiver((request) => reference.answer(request));
});
beforeEach(() => {
  reference = referenceService();
  server.received.splice(0);
  nowMs = 0;
});
afterAll(async () => {
  await server.close();
  await account.close();
});

const http = (options: { url?: string; timeoutMs?: number; token?: string } = {}): ArtifactRegistry => {
  const { url = server.url, timeoutMs = 1000, token = 't0ken' } = options;
  return new HttpArtifactRegistry({ url, token: () => Promise.resolve(token), clock, timeoutMs });
};

function anArtifact(service: string, changes: Partial<RegisteredArtifact> = {}): RegisteredArtifact {
  const digest = 'd'.repeat(64);
  return {
    service,
    commit: 'a'.repeat(40),
    tree: 'tree',
    builtBy: 'dep_1',
    format: 'zip',
    digest,
    key: `artifacts/${service}/${digest}.zip`,
    sizeBytes: 12,
    identity: 'i'.repeat(64),
    signatureKey: `artifacts/${service}/${digest}.sig.json`,
    ...changes,
  };
}
const plain = ({ format, digest, key, sizeBytes, identity, signatureKey }: RegisteredArtifact) => ({
  format,
  digest,
  key,
  sizeBytes,
  identity,
  signatureKey,
});

interface Implementation {
  readonly name: string;
  readonly registry: () => ArtifactRegistry;
  /** Makes an artifact known, as it comes to be known there. */
  readonly known: (artifact: RegisteredArtifact) => Promise<void>;
  readonly vouched: (artifact: RegisteredArtifact) => Promise<void>;
}

const builtIn: Implementation = {
  name: 'the built-in registry',
  registry: () => account.deps.artifacts,
  async known(wanted) {
    const { accepted, commit } = givenDeployments(account, wanted.service);
    const before = await accepted();
    const source = { tree: wanted.tree, subject: 's', author: 'a', key: 'k' };
    const after = { ...before, source, identity: wanted.identity, artifact: plain(wanted), rev: before.rev + 1 };
    const at = '2026-01-01T12:00:00.000Z';
    await commit({ before, after, events: [], writes: [{ kind: 'put-artifact-ref', deployment: after, at }] });
    await account.deps.artifacts.register(wanted);
  },
  vouched: ({ signatureKey }) => account.deps.blobs.put(signatureKey, JSON.stringify(statement)),
};
const external: Implementation = {
  name: 'an external artifact service',
  registry: () => http(),
  known: (artifact) => http().register(artifact),
  vouched: ({ service, identity }) => {
    reference.evidence.set(`${service}/${identity}`, statement);
    return Promise.resolve();
  },
};

describe.each([builtIn, external])('$name', ({ registry, known, vouched }) => {
  test('finds an artifact by its service, tree and identity, and by nothing less', async () => {
    const artifact = anArtifact(uniqueService());
    const { service, tree, identity } = artifact;
    expect(await registry().find(service, tree, identity)).toBeUndefined();
    await known(artifact);
    expect(await registry().find(service, tree, identity)).toEqual(plain(artifact));
    expect(await registry().find(service, 'another', identity)).toBeUndefined();
    expect(await registry().find(service, tree, 'another')).toBeUndefined();
    expect(await registry().find(uniqueService(), tree, identity)).toBeUndefined();
  });

  test('may be told again of what it knows', async () => {
    const artifact = anArtifact(uniqueService());
    await known(artifact);
    await registry().register(artifact);
    expect(await registry().find(artifact.service, artifact.tree, artifact.identity)).toEqual(plain(artifact));
  });

  test('tells what vouches for an artifact, and that nothing does', async () => {
    const artifact = anArtifact(uniqueService());
    expect(await registry().evidence(artifact.service, plain(artifact))).toBeUndefined();
    await vouched(artifact);
    const bytes = await registry().evidence(artifact.service, plain(artifact));
    expect(JSON.parse(Buffer.from(bytes ?? []).toString('utf8'))).toEqual(statement);
  });
});

describe('an external artifact service', () => {
  const artifact = anArtifact('orders');
  const find = (registry: ArtifactRegistry) => registry.find('orders', artifact.tree, artifact.identity);

  test('that is busy for a moment is asked again', async () => {
    await http().register(artifact);
    reference.troubles.push({ status: 503 }, { status: 429 });
    expect(await find(http())).toEqual(plain(artifact));
  });

  test.each([
    ['is at fault', () => ({ status: 500 })],
    ['answers too late', () => ({ status: 200, afterMs: 300 })],
    ['answers something else', () => ({ status: 200, body: { hello: 'world' } })],
    ['does not know the token', () => ({ status: 401 })],
  ])('that %s has nothing to be found, and vouches for nothing', async (_, trouble) => {
    await http().register(artifact);
    reference.evidence.set(`orders/${artifact.identity}`, statement);
    reference.troubles.push(trouble(), trouble(), trouble());
    expect(await find(http({ timeoutMs: 100 }))).toBeUndefined();
    reference.troubles.splice(0);
    reference.troubles.push(trouble(), trouble(), trouble());
    const asked = http({ timeoutMs: 100 }).evidence('orders', plain(artifact));
    await expect(asked).rejects.toMatchObject({ code: 'unavailable' });
    reference.troubles.splice(0);
  });

  test('that stays away is left alone for a while, then tried with one request', async () => {
    const registry = http();
    reference.troubles.push(...Array.from({ length: 15 }, () => ({ status: 500 })));
    for (let n = 0; n < 5; n++) await find(registry);
    expect(server.received).toHaveLength(15);
    expect(await find(registry)).toBeUndefined();
    await expect(registry.evidence('orders', plain(artifact))).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.received).toHaveLength(15);
    nowMs += 31_000;
    await registry.register(artifact);
    expect(await find(registry)).toEqual(plain(artifact));
  });

  test('that knows another artifact of an identity says so', async () => {
    await http().register(artifact);
    const another = http().register({ ...artifact, digest: 'e'.repeat(64) });
    await expect(another).rejects.toMatchObject({ code: 'conflict', transient: false });
  });

  test.each([
    ['another service', { service: 'billing' }],
    ['another place', { key: 'artifacts/billing/x.zip' }],
    ['another tree', { tree: 'other' }],
  ])('is not believed when it names an artifact of %s', async (_, changes) => {
    reference.troubles.push({ status: 200, body: { ...artifact, ...changes } });
    expect(await find(http())).toBeUndefined();
  });

  test('behind the built-in one: its word is the last, and no answer is no release', async () => {
    const own = anArtifact(uniqueService());
    const paired = new PairedArtifactRegistry(account.deps.artifacts, http());
    await builtIn.known(own);
    await builtIn.vouched(own);
    // Signed a moment ago, and not told of yet.
    expect(await paired.evidence(own.service, plain(own))).toBeDefined();
    reference.withdrawn.add(`${own.service}/${own.identity}`);
    await expect(paired.evidence(own.service, plain(own))).rejects.toMatchObject({
      code: 'artifact_verification_failed',
    });
    const gone = new PairedArtifactRegistry(account.deps.artifacts, http({ url: 'http://127.0.0.1:1' }));
    expect(await gone.find(own.service, own.tree, own.identity)).toEqual(plain(own));
    await expect(gone.evidence(own.service, plain(own))).rejects.toMatchObject({ code: 'unavailable' });
  });
});
