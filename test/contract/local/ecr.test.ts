import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCommand,
  DeletePullThroughCacheRuleCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  DescribePullThroughCacheRulesCommand,
  DescribeRepositoriesCommand,
  GetAccountSettingCommand,
  GetAuthorizationTokenCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListImagesCommand,
  PutAccountSettingCommand,
  PutImageCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OCI_MANIFEST, openEcrHost, sha256 } from './ecr-host.ts';

const named = (name: string) => ({ name });
const repositoryName = 'shop/api';

async function givenImages(...tags: readonly string[]) {
  const host = await openEcrHost();
  await host.makeRepository(repositoryName);
  const digests: string[] = [];
  for (const tag of tags) {
    const answer = await host.pushImage(repositoryName, tag, [Buffer.from(`layer of ${tag}`)]);
    digests.push(answer.headers.get('docker-content-digest') ?? '');
  }
  return { ...host, digests };
}

describe('a repository', () => {
  it('is made once, described and deleted', async () => {
    const { client } = await openEcrHost();
    const made = await client.send(
      new CreateRepositoryCommand({
        repositoryName,
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfiguration: { encryptionType: 'AES256' },
      }),
    );
    expect(made.repository).toMatchObject({
      repositoryArn: 'arn:aws:ecr:eu-west-1:000000000000:repository/shop/api',
      repositoryUri: '000000000000.dkr.ecr.eu-west-1.amazonaws.com/shop/api',
      registryId: '000000000000',
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
    });
    const again = client.send(new CreateRepositoryCommand({ repositoryName }));
    await expect(again).rejects.toMatchObject(named('RepositoryAlreadyExistsException'));
    const { repositories } = await client.send(new DescribeRepositoriesCommand({}));
    expect(repositories).toEqual([made.repository]);
    await client.send(new DeleteRepositoryCommand({ repositoryName }));
    const gone = client.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
    await expect(gone).rejects.toMatchObject(named('RepositoryNotFoundException'));
  });

  it('with images is deleted by force only', async () => {
    const { client } = await givenImages('v1');
    const unforced = client.send(new DeleteRepositoryCommand({ repositoryName }));
    await expect(unforced).rejects.toMatchObject(named('RepositoryNotEmptyException'));
    await client.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
    expect((await client.send(new DescribeRepositoriesCommand({}))).repositories).toEqual([]);
  });

  it('keeps its policies', async () => {
    const { client, makeRepository } = await openEcrHost();
    await makeRepository(repositoryName);
    const absent = client.send(new GetLifecyclePolicyCommand({ repositoryName }));
    await expect(absent).rejects.toMatchObject(named('LifecyclePolicyNotFoundException'));
    const unset = client.send(new GetRepositoryPolicyCommand({ repositoryName }));
    await expect(unset).rejects.toMatchObject(named('RepositoryPolicyNotFoundException'));
    const [lifecyclePolicyText, policyText] = ['{"rules":[]}', '{"Statement":[]}'];
    await client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
    await client.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
    expect(await client.send(new GetLifecyclePolicyCommand({ repositoryName }))).toMatchObject({ lifecyclePolicyText });
    expect(await client.send(new GetRepositoryPolicyCommand({ repositoryName }))).toMatchObject({ policyText });
    const broken = client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: '[]' }));
    await expect(broken).rejects.toMatchObject(named('InvalidParameterException'));
  });

  it.each(['Shop', 'shop//api', '/shop', 'shop/', 'a', 'shop..api'])('is not named %j', async (name) => {
    const { client } = await openEcrHost();
    const made = client.send(new CreateRepositoryCommand({ repositoryName: name }));
    await expect(made).rejects.toMatchObject(named('InvalidParameterException'));
  });
});

describe('images', () => {
  it('are read by tag and digest, in the bytes that were pushed; what is absent is a failure', async () => {
    const { client, digests } = await givenImages('v1', 'v2');
    const [one = '', two = ''] = digests;
    const { images = [], failures } = await client.send(
      new BatchGetImageCommand({
        repositoryName,
        imageIds: [{ imageTag: 'v1' }, { imageDigest: two }, { imageTag: 'v3' }, { imageTag: 'v1', imageDigest: two }],
        acceptedMediaTypes: [OCI_MANIFEST],
      }),
    );
    expect(images.map(({ imageId }) => imageId)).toEqual([{ imageTag: 'v1', imageDigest: one }, { imageDigest: two }]);
    expect(images.map(({ imageManifest = '' }) => sha256(imageManifest))).toEqual([one, two]);
    expect(images.map(({ imageManifestMediaType }) => imageManifestMediaType)).toEqual([OCI_MANIFEST, OCI_MANIFEST]);
    expect(failures?.map(({ imageId, failureCode }) => [imageId, failureCode])).toEqual([
      [{ imageTag: 'v3' }, 'ImageNotFound'],
      [{ imageTag: 'v1', imageDigest: two }, 'ImageNotFound'],
    ]);
  });

  it('are described and listed with their tags', async () => {
    const { client, digests, ask, clock } = await givenImages('v1', 'v2');
    const [one, two] = digests;
    const manifest = await (await ask('/v2/shop/api/manifests/v2')).text();
    const headers = { 'content-type': OCI_MANIFEST };
    await ask('/v2/shop/api/manifests/v1', { method: 'PUT', headers, body: manifest });
    const { imageDetails } = await client.send(new DescribeImagesCommand({ repositoryName }));
    expect(imageDetails).toHaveLength(2);
    expect(imageDetails?.find(({ imageDigest }) => imageDigest === one)?.imageTags).toEqual([]);
    const detail = imageDetails?.find(({ imageDigest }) => imageDigest === two);
    expect(detail).toMatchObject({
      imageTags: ['v1', 'v2'],
      imageSizeInBytes: 'layer of v2'.length,
      imagePushedAt: new Date(clock.now()),
    });
    const list = async (tagStatus: 'TAGGED' | 'UNTAGGED') =>
      (await client.send(new ListImagesCommand({ repositoryName, filter: { tagStatus } }))).imageIds;
    expect(await list('UNTAGGED')).toEqual([{ imageDigest: one }]);
    expect(await list('TAGGED')).toEqual([
      { imageDigest: two, imageTag: 'v1' },
      { imageDigest: two, imageTag: 'v2' },
    ]);
    const none = client.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'v9' }] }));
    await expect(none).rejects.toMatchObject(named('ImageNotFoundException'));
  });

  it('go with their last tag, or at once by their digest', async () => {
    const { client, digests } = await givenImages('v1', 'v2');
    const [, two = ''] = digests;
    const imageIds = [{ imageTag: 'v1' }, { imageDigest: two }, { imageTag: 'v9' }];
    const deleted = await client.send(new BatchDeleteImageCommand({ repositoryName, imageIds }));
    expect(deleted.imageIds).toEqual([{ imageTag: 'v1' }, { imageDigest: two }]);
    expect(deleted.failures?.map(({ failureCode }) => failureCode)).toEqual(['ImageNotFound']);
    expect((await client.send(new ListImagesCommand({ repositoryName }))).imageIds).toEqual([]);
  });

  it('are still there after the host has been killed', async () => {
    const first = await givenImages('v1');
    const copy = mkdtempSync(join(tmpdir(), 'ecr-copy-'));
    cpSync(first.directory, copy, { recursive: true });
    const second = await openEcrHost(copy);
    const { images } = await second.client.send(
      new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }] }),
    );
    expect(images?.[0]?.imageId?.imageDigest).toBe(first.digests[0]);
    const blob = await second.ask(`/v2/shop/api/blobs/${sha256('layer of v1')}`);
    expect(await blob.text()).toBe('layer of v1');
  });
});

describe('the registry as a whole', () => {
  it('says where it is reached, and the password there', async () => {
    const { client, address, clock } = await openEcrHost();
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
    const [data] = authorizationData ?? [];
    expect(data?.proxyEndpoint).toBe(address);
    expect(data?.expiresAt).toEqual(new Date(clock.now() + 12 * 3_600_000));
    const decoded = Buffer.from(data?.authorizationToken ?? '', 'base64').toString('utf8');
    expect(decoded).toMatch(/^AWS:[\w-]{43}$/);
  });

  it('has rules of pull-through caches', async () => {
    const { client } = await openEcrHost();
    const rule = { ecrRepositoryPrefix: 'ecr-public', upstreamRegistryUrl: 'public.ecr.aws' };
    await client.send(new CreatePullThroughCacheRuleCommand(rule));
    const again = client.send(new CreatePullThroughCacheRuleCommand(rule));
    await expect(again).rejects.toMatchObject(named('PullThroughCacheRuleAlreadyExistsException'));
    const described = await client.send(new DescribePullThroughCacheRulesCommand({}));
    expect(described.pullThroughCacheRules).toMatchObject([rule]);
    await client.send(new DeletePullThroughCacheRuleCommand({ ecrRepositoryPrefix: 'ecr-public' }));
    const gone = client.send(new DescribePullThroughCacheRulesCommand({ ecrRepositoryPrefixes: ['ecr-public'] }));
    await expect(gone).rejects.toMatchObject(named('PullThroughCacheRuleNotFoundException'));
    const other = { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io' };
    const refused = client.send(new CreatePullThroughCacheRuleCommand(other));
    await expect(refused).rejects.toMatchObject(named('InvalidParameterException'));
  });

  it('mounts blobs only when it is told to', async () => {
    const { client } = await openEcrHost();
    const setting = new GetAccountSettingCommand({ name: 'BLOB_MOUNTING' });
    expect(await client.send(setting)).toMatchObject({ value: 'DISABLED' });
    await client.send(new PutAccountSettingCommand({ name: 'BLOB_MOUNTING', value: 'ENABLED' }));
    expect(await client.send(setting)).toMatchObject({ value: 'ENABLED' });
  });

  it('refuses what it does not have, by name', async () => {
    const { client, makeRepository } = await openEcrHost();
    await makeRepository(repositoryName);
    const operation = client.send(new PutImageCommand({ repositoryName, imageManifest: '{}' }));
    await expect(operation).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('PutImage') as unknown,
    });
    const tagged = { repositoryName: 'shop/web', tags: [{ Key: 'a', Value: 'b' }] };
    await expect(client.send(new CreateRepositoryCommand(tagged))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('tags') as unknown,
    });
  });
});
