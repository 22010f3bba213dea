import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  PutLifecyclePolicyCommand,
  RepositoryAlreadyExistsException,
  RepositoryNotFoundException,
  SetRepositoryPolicyCommand,
  type ECRClient,
} from '@aws-sdk/client-ecr';
import type { ImageRegistry } from '#ports/image-registry.ts';

/** As they were pushed: ECR would otherwise be free to answer in another format, of another digest. */
const acceptedMediaTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** Every image that is released has a tag; without one are pushes that broke off, and what somebody untagged. */
const lifecyclePolicy = {
  rules: [
    {
      rulePriority: 1,
      description: 'Images without a tag',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
      action: { type: 'expire' },
    },
  ],
};

export class EcrImageRegistry implements ImageRegistry {
  readonly #client: ECRClient;
  readonly #readers: readonly string[];

  /** @param readers other accounts whose services run images of this registry */
  constructor(client: ECRClient, readers: readonly string[]) {
    this.#client = client;
    this.#readers = readers;
  }

  async manifest(name: string): Promise<Uint8Array | undefined> {
    const [, repositoryName, imageDigest] = /^[^/]+\/([^@]+)@(sha256:[0-9a-f]{64})$/.exec(name) ?? [];
    if (repositoryName === undefined) return undefined;
    const command = new BatchGetImageCommand({ repositoryName, imageIds: [{ imageDigest }], acceptedMediaTypes });
    const answer = await this.#client.send(command).catch((error: unknown) => {
      if (error instanceof RepositoryNotFoundException) return { images: [], failures: [] };
      throw error;
    });
    const failure = answer.failures?.find(({ failureCode }) => failureCode !== 'ImageNotFound');
    if (failure) throw new Error(`ECR could not read ${name}: ${failure.failureCode} ${failure.failureReason}`);
    const text = answer.images?.[0]?.imageManifest;
    return text === undefined ? undefined : Buffer.from(text);
  }

  async ensureRepository(name: string): Promise<void> {
    const repositoryName = name.slice(name.indexOf('/') + 1);
    const create = new CreateRepositoryCommand({
      repositoryName,
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'AES256' },
    });
    await this.#client.send(create).catch((error: unknown) => {
      if (!(error instanceof RepositoryAlreadyExistsException)) throw error;
    });
    // Also of one that is there: an attempt may have ended between the two, and accounts may have been added since.
    const lifecyclePolicyText = JSON.stringify(lifecyclePolicy);
    await this.#client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
    if (this.#readers.length === 0) return;
    const policyText = JSON.stringify(readBy(this.#readers));
    await this.#client.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
  }
}

/** Within the account a role's own policy is enough; from another one the repository has to agree. */
function readBy(accounts: readonly string[]) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Pull',
        Effect: 'Allow',
        Principal: { AWS: accounts },
        Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
      },
    ],
  };
}
