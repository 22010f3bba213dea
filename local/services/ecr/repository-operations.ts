import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { REGISTRY_HOST, REGISTRY_ID, repositoryArn, type RegistryStore, type Repository } from './registry-store.ts';
import { repositoryName } from './repository-name.ts';

const registryId = z.literal(REGISTRY_ID, `the local endpoint has the registry ${REGISTRY_ID} only`).optional();
const ofOne = { registryId, repositoryName };

/** The operations on repositories and their settings. */
export function repositoryOperations(registry: RegistryStore, clock: HostClock): Record<string, Operation> {
  return {
    CreateRepository(input) {
      const wanted = read(
        z.strictObject({
          ...ofOne,
          imageTagMutability: z
            .enum(['MUTABLE', 'IMMUTABLE'], 'the local endpoint has MUTABLE and IMMUTABLE only')
            .default('MUTABLE'),
          imageScanningConfiguration: z.strictObject({ scanOnPush: z.boolean().default(false) }).prefault({}),
          encryptionConfiguration: z
            .strictObject({ encryptionType: z.literal('AES256', 'the local endpoint has AES256 only') })
            .optional(),
        }),
        input,
      );
      const { repositoryName: name, imageTagMutability: mutability, imageScanningConfiguration } = wanted;
      if (registry.find(name)) {
        throw new ServiceFault(
          'RepositoryAlreadyExistsException',
          `The repository with name '${name}' already exists in the registry with id '${REGISTRY_ID}'`,
        );
      }
      const { scanOnPush } = imageScanningConfiguration;
      registry.create({ name, createdMs: clock.now(), mutability, scanOnPush });
      return { repository: described(registry.require(name)) };
    },
    DescribeRepositories(input) {
      const page = { maxResults: z.int().min(1).max(1000).optional() };
      const { repositoryNames } = read(
        z.strictObject({ registryId, repositoryNames: z.array(repositoryName).min(1).max(100).optional(), ...page }),
        input,
      );
      const found = repositoryNames?.map((name) => registry.require(name)) ?? registry.list();
      return { repositories: found.map(described) };
    },
    DeleteRepository(input) {
      const { repositoryName: name, force } = read(
        z.strictObject({ ...ofOne, force: z.boolean().default(false) }),
        input,
      );
      const repository = registry.require(name);
      if (!force && registry.manifests(name).length > 0) {
        throw new ServiceFault(
          'RepositoryNotEmptyException',
          `The repository with name '${name}' in registry with id '${REGISTRY_ID}' cannot be deleted because it still contains images`,
        );
      }
      registry.remove(name);
      return { repository: described(repository) };
    },
    PutLifecyclePolicy(input) {
      const { repositoryName: name, lifecyclePolicyText } = read(
        z.strictObject({ ...ofOne, lifecyclePolicyText: jsonText }),
        input,
      );
      registry.require(name);
      registry.setLifecyclePolicy(name, lifecyclePolicyText);
      return { registryId: REGISTRY_ID, repositoryName: name, lifecyclePolicyText };
    },
    GetLifecyclePolicy(input) {
      const { repositoryName: name } = read(z.strictObject(ofOne), input);
      const { lifecyclePolicy } = registry.require(name);
      if (lifecyclePolicy === undefined) {
        throw new ServiceFault(
          'LifecyclePolicyNotFoundException',
          `Lifecycle policy does not exist for the repository with name '${name}' in the registry with id '${REGISTRY_ID}'`,
        );
      }
      return { registryId: REGISTRY_ID, repositoryName: name, lifecyclePolicyText: lifecyclePolicy };
    },
    SetRepositoryPolicy(input) {
      const { repositoryName: name, policyText } = read(z.strictObject({ ...ofOne, policyText: jsonText }), input);
      registry.require(name);
      registry.setPolicy(name, policyText);
      return { registryId: REGISTRY_ID, repositoryName: name, policyText };
    },
    GetRepositoryPolicy(input) {
      const { repositoryName: name } = read(z.strictObject(ofOne), input);
      const { policy } = registry.require(name);
      if (policy === undefined) {
        throw new ServiceFault(
          'RepositoryPolicyNotFoundException',
          `Repository policy does not exist for the repository with name '${name}' in the registry with id '${REGISTRY_ID}'`,
        );
      }
      return { registryId: REGISTRY_ID, repositoryName: name, policyText: policy };
    },
  };
}

const jsonText = z
  .string()
  .min(2)
  .max(30_720)
  .refine((text) => isObject(text), 'must be a JSON object');

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  return parseInput(schema, input, 'InvalidParameterException');
}

function described({ name, createdMs, mutability, scanOnPush }: Repository) {
  return {
    repositoryArn: repositoryArn(name),
    registryId: REGISTRY_ID,
    repositoryName: name,
    repositoryUri: `${REGISTRY_HOST}/${name}`,
    createdAt: createdMs / 1000,
    imageTagMutability: mutability,
    imageScanningConfiguration: { scanOnPush },
    encryptionConfiguration: { encryptionType: 'AES256' },
  };
}
