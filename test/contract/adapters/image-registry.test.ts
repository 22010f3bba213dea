import {
  ECRClient,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListImagesCommand,
  type BatchGetImageCommandOutput,
} from '@aws-sdk/client-ecr';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EcrImageRegistry } from '#adapters/ecr/image-registry.ts';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';
import { pushImage } from '#test/support/push-image.ts';

let account: TestAccount;
let client: ECRClient;
beforeAll(async () => {
  account = await openTestAccount();
  client = new ECRClient(account.client);
});
afterAll(() => account.close());

const host = '000000000000.dkr.ecr.eu-west-1.amazonaws.com';

async function aRepository(readers: readonly string[] = []) {
  const registry = new EcrImageRegistry(client, readers);
  const repositoryName = `deployment-service/${uniqueService()}`;
  await registry.ensureRepository(`${host}/${repositoryName}`);
  return { registry, repositoryName };
}

describe('a repository', () => {
  test('lets images without a tag expire, and is made no second time', async () => {
    const { registry, repositoryName } = await aRepository();
    await registry.ensureRepository(`${host}/${repositoryName}`);
    const { lifecyclePolicyText } = await client.send(new GetLifecyclePolicyCommand({ repositoryName }));
    expect(JSON.parse(lifecyclePolicyText ?? '')).toEqual({
      rules: [
        {
          rulePriority: 1,
          description: 'Images without a tag',
          selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
          action: { type: 'expire' },
        },
      ],
    });
  });

  test('is open to no other account', async () => {
    const { repositoryName } = await aRepository();
    const policy = client.send(new GetRepositoryPolicyCommand({ repositoryName }));
    await expect(policy).rejects.toMatchObject({ name: 'RepositoryPolicyNotFoundException' });
  });

  test('can be read, and only that, by the accounts that run its images', async () => {
    const { repositoryName } = await aRepository(['111111111111']);
    const { policyText } = await client.send(new GetRepositoryPolicyCommand({ repositoryName }));
    const { Statement } = JSON.parse(policyText ?? '') as { Statement: { Principal: unknown; Action: string[] }[] };
    expect(Statement.map(({ Principal }) => Principal)).toEqual([{ AWS: ['111111111111'] }]);
    expect(Statement.flatMap(({ Action }) => Action).sort()).toEqual([
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:GetDownloadUrlForLayer',
    ]);
  });
});

describe('the manifest of an image', () => {
  test.skipIf(process.env['CONTRACT_ENDPOINT_URL'] !== undefined)(
    'comes in the very bytes that its name says',
    async () => {
      const { registry, repositoryName } = await aRepository();
      if (!account.local) throw new Error('Images are pushed to the registry in this process.');
      const { key, digest } = await pushImage(account.local.gateway, {
        service: 'svc',
        tree: 'a'.repeat(40),
        plan: {
          format: 'image',
          registry: host,
          repository: repositoryName,
          base: 'ecr-public/docker/library/alpine:3',
          platform: 'linux/arm64',
          command: ['sh'],
          port: 80,
        },
        files: { a: 'a' },
      });
      const bytes = await registry.manifest(key);
      expect(
        createHash('sha256')
          .update(bytes ?? '')
          .digest('hex'),
      ).toBe(digest);
      const { imageIds } = await client.send(new ListImagesCommand({ repositoryName }));
      expect(imageIds).toEqual([
        { imageDigest: `sha256:${digest}`, imageTag: expect.stringMatching(/^tree-a{12}-/) as unknown },
      ]);
    },
  );

  test.each([
    ['image', (repositoryName: string) => `${host}/${repositoryName}@sha256:${'0'.repeat(64)}`],
    ['repository', () => `${host}/deployment-service/${uniqueService()}@sha256:${'0'.repeat(64)}`],
    ['digest in the name', (repositoryName: string) => `${host}/${repositoryName}:latest`],
  ])('is absent where there is no such %s', async (_, nameOf) => {
    const { registry, repositoryName } = await aRepository();
    expect(await registry.manifest(nameOf(repositoryName))).toBeUndefined();
  });

  test('is an error, and not absent, when ECR cannot read it', async () => {
    const failures = [{ failureCode: 'UpstreamTooManyRequests', failureReason: 'later' }];
    const failing = { send: async () => ({ images: [], failures }) as Partial<BatchGetImageCommandOutput> };
    const registry = new EcrImageRegistry(failing as unknown as ECRClient, []);
    const read = registry.manifest(`${host}/shop/api@sha256:${'0'.repeat(64)}`);
    await expect(read).rejects.toThrow('UpstreamTooManyRequests later');
  });
});
