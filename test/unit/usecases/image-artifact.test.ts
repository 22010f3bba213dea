import { BatchDeleteImageCommand, DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import type { Gateway } from '#local/gateway/gateway.ts';
import type { ImagePlan } from '#runner/image/store-image.ts';
import { buildPlan } from '#schemas/workflows/build-plan.ts';
import { commitA, commitB, givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { pushImage } from '#test/support/push-image.ts';
import { registerService } from '#usecases/register-service.ts';
import { resolveManifest } from '#usecases/resolve-manifest.ts';
import { signArtifact } from '#usecases/sign-artifact.ts';
import { verifyArtifact } from '#usecases/verify-artifact.ts';
import { aCaller } from './given-caller.ts';

let account: TestAccount;
let gateway: Gateway;
beforeAll(async () => {
  account = await openTestAccount();
  if (!account.local) throw new Error('These tests need the registry in this process.');
  gateway = account.local.gateway;
});
afterAll(() => account.close());

const tree = 'b'.repeat(40);
const repositories = '000000000000.dkr.ecr.eu-west-1.amazonaws.com/deployment-service';
const manifestText = (name: string) => `
apiVersion: deployment-service/v1
name: ${name}
owner: team
target: { type: ecs, baseImage: 'public.ecr.aws/docker/library/node:24-slim', command: [node, server.mjs], port: 9000 }
build: { bundle: { commands: [make], output: dist } }
environments: { staging: {}, production: {} }
`;

/** Registers a service for ECS; its commits have one tree. */
async function aContainerService() {
  const { deps } = account;
  const given = givenDeployments(account);
  const { service } = given;
  const target = { kind: 'ecs' as const, controller: 'ecs' as const };
  const registration = {
    name: service,
    repository: 'https://git.example.test/a.git',
    manifestPath: 'service.yaml',
    owner: 'team',
    environments: { staging: target, production: target },
  };
  await registerService(deps, registration, aCaller());

  const resolve = async (commit: string, environment = 'staging') => {
    const { id } = await given.admitted({ commit, environment });
    const facts = {
      commit,
      tree,
      author: { name: 'Ada', email: 'ada@example.test' },
      subject: 'first',
      committedAt: '2026-01-01T12:00:00.000Z',
      sourceKey: `sources/${service}/${commit}.zip`,
      manifestPath: 'service.yaml',
    };
    await deps.blobs.put(`sources/${service}/${commit}/service.yaml`, manifestText(service));
    await deps.blobs.put(`sources/${service}/${commit}/commit.json`, JSON.stringify(facts));
    return { id, resolution: await resolveManifest(deps, { deploymentId: id, run: 1 }) };
  };
  return { service, resolve, given };
}

/** A deployment whose source is resolved, and the plan that its build got. */
async function aPlanned() {
  const { service, resolve } = await aContainerService();
  const { id, resolution } = await resolve(commitA);
  const planKey = resolution.next === 'build' ? resolution.planKey : '';
  const stored = await account.deps.blobs.get(planKey);
  const plan = buildPlan.parse(JSON.parse(Buffer.from(stored ?? []).toString('utf8')));
  const artifact = plan.artifact as ImagePlan;
  const push = (change: Partial<ImagePlan> = {}, files = { 'server.mjs': 'listen();' }) =>
    pushImage(gateway, { service, tree, plan: { ...artifact, ...change }, files });
  const sign = ({ key, digest }: { key: string; digest: string }) =>
    signArtifact(account.deps, {
      deploymentId: id,
      run: 1,
      artifactKey: key,
      artifactDigest: digest,
      artifactSize: 1,
    });
  return { id, service, plan, push, sign, resolve };
}

async function aSigned() {
  const planned = await aPlanned();
  const pushed = await planned.push();
  await planned.sign(pushed);
  const deployment = await account.deps.deployments.find(planned.id);
  if (!deployment?.artifact) throw new Error('The artifact is not on record.');
  return { ...planned, pushed, deployment, artifact: deployment.artifact };
}

describe('planning the build of a container', () => {
  test('says where the image goes, what it lies upon and what it starts', async () => {
    const { service, plan } = await aPlanned();
    expect(plan.artifact).toEqual({
      format: 'image',
      registry: '000000000000.dkr.ecr.eu-west-1.amazonaws.com',
      repository: `deployment-service/${service}`,
      base: 'ecr-public/docker/library/node:24-slim',
      platform: process.arch === 'x64' ? 'linux/amd64' : `linux/${process.arch}`,
      command: ['node', 'server.mjs'],
      port: 9000,
    });
  });

  test('makes the repository of the service, where tags stay, once and again', async () => {
    const { service, resolve } = await aContainerService();
    await resolve(commitA);
    await resolve(commitB, 'production');
    const client = new ECRClient(account.client);
    const repositoryNames = [`deployment-service/${service}`];
    const { repositories: made } = await client.send(new DescribeRepositoriesCommand({ repositoryNames }));
    expect(made).toMatchObject([{ imageTagMutability: 'IMMUTABLE', imageScanningConfiguration: { scanOnPush: true } }]);
  });
});

describe('signing an image', () => {
  test('records it by its name, with the size that its manifest says', async () => {
    const { service, pushed, artifact } = await aSigned();
    expect(artifact).toMatchObject({
      format: 'image',
      digest: pushed.digest,
      key: `${repositories}/${service}@sha256:${pushed.digest}`,
      sizeBytes: pushed.size,
    });
  });

  test('takes none that is not stored', async () => {
    const { service, sign } = await aPlanned();
    const digest = 'd'.repeat(64);
    const signed = sign({ key: `${repositories}/${service}@sha256:${digest}`, digest });
    await expect(signed).rejects.toMatchObject({ code: 'artifact_upload_failed' });
  });

  test('takes none from the repository of another service, though it is there', async () => {
    const other = await aSigned();
    const { sign, service } = await aPlanned();
    const signed = sign(other.pushed);
    await expect(signed).rejects.toMatchObject({
      code: 'artifact_verification_failed',
      message: expect.stringContaining(`one of ${service} would be`) as unknown,
    });
  });

  test.each([
    ['another digest', (key: string) => key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
    ['a tag', (key: string) => key.replace(/@.*/, ':latest')],
    ['another registry', (key: string) => key.replace(/^[^/]+/, 'registry.example')],
  ])('takes none that is named by %s', async (_, change) => {
    const { push, sign } = await aPlanned();
    const { key, digest } = await push();
    await expect(sign({ key: change(key), digest })).rejects.toMatchObject({ code: 'artifact_verification_failed' });
  });
});

describe('an image', () => {
  test('as it was signed may be released', async () => {
    const { deployment, artifact } = await aSigned();
    await expect(verifyArtifact(account.deps, deployment, artifact)).resolves.toBeUndefined();
  });

  test('that is gone from the registry must not', async () => {
    const { service, deployment, artifact } = await aSigned();
    const client = new ECRClient(account.client);
    const imageIds = [{ imageDigest: `sha256:${artifact.digest}` }];
    await client.send(new BatchDeleteImageCommand({ repositoryName: `deployment-service/${service}`, imageIds }));
    const message = expect.stringContaining('its bytes are gone') as unknown;
    await expect(verifyArtifact(account.deps, deployment, artifact)).rejects.toMatchObject({ message });
  });

  test('in whose place the record names another one must not', async () => {
    const { service, push, deployment, artifact } = await aSigned();
    const other = await push({}, { 'server.mjs': 'listen(1);' });
    const swapped = { ...artifact, key: other.key };
    const changed = expect.stringContaining('changed after it was signed') as unknown;
    await expect(verifyArtifact(account.deps, deployment, swapped)).rejects.toMatchObject({ message: changed });
    const unsigned = { ...swapped, digest: other.digest };
    const foreign = expect.stringContaining('another artifact') as unknown;
    await expect(verifyArtifact(account.deps, deployment, unsigned)).rejects.toMatchObject({ message: foreign });
    expect(other.key).toContain(service);
  });

  test('must not pass for a zip of the same bytes', async () => {
    const { deployment, artifact } = await aSigned();
    const manifest = await account.deps.images.manifest(artifact.key);
    await account.deps.blobs.put('artifacts/a.zip', manifest ?? '');
    const asZip = { ...artifact, format: 'zip' as const, key: 'artifacts/a.zip' };
    const message = expect.stringContaining('it was signed as image') as unknown;
    await expect(verifyArtifact(account.deps, deployment, asZip)).rejects.toMatchObject({ message });
  });

  test('serves every commit of the same content without another build', async () => {
    const { resolve, artifact } = await aSigned();
    const { id, resolution } = await resolve(commitB, 'production');
    expect(resolution).toEqual({ next: 'release' });
    expect((await account.deps.deployments.find(id))?.artifact).toEqual(artifact);
  });
});

test('the manifest of these tests is valid', () => {
  expect(parseManifest(manifestText('svc'))).toMatchObject({ ok: true });
});
