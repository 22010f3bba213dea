import { createHash } from 'node:crypto';
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput, Tag, TaskDefinition } from '@aws-sdk/client-ecs';
import type { TaskVersion } from '#domain/deployment/new-version.ts';
import type { TaskSecret } from '#domain/deployment/task-secrets.ts';
import { canonicalJson } from '#domain/canonical-json.ts';

const tagOfDeployment = 'deployment-id';
const tagOfContent = 'deployment-content';
const tagOfMinimum = 'deployment-minimum-tasks';
const tagOfMaximum = 'deployment-maximum-tasks';

/** What a version makes of the definition that the service has: its own of everything that belongs to a release. */
export function taskDefinitionFor(
  present: TaskDefinition,
  containerName: string,
  version: TaskVersion,
  secrets: readonly TaskSecret[],
): RegisterTaskDefinitionCommandInput {
  return {
    // What the stack of the service decides.
    family: present.family,
    taskRoleArn: present.taskRoleArn,
    executionRoleArn: present.executionRoleArn,
    networkMode: present.networkMode,
    volumes: present.volumes,
    placementConstraints: present.placementConstraints,
    requiresCompatibilities: present.requiresCompatibilities,
    runtimePlatform: present.runtimePlatform,
    ...(present.ephemeralStorage && { ephemeralStorage: present.ephemeralStorage }),
    ...(present.proxyConfiguration && { proxyConfiguration: present.proxyConfiguration }),
    cpu: String(version.cpuUnits),
    memory: String(version.memoryMb),
    containerDefinitions: (present.containerDefinitions ?? []).map((container) =>
      container.name === containerName ? released(container, version, secrets) : container,
    ),
    tags: [...tagsOf(version)],
  };
}

function released(
  present: ContainerDefinition,
  version: TaskVersion,
  secrets: readonly TaskSecret[],
): ContainerDefinition {
  const variables = { ...version.variables, PORT: String(version.port) };
  return {
    ...present,
    image: version.artifactKey,
    // The image's own entry point, and not one that the placeholder needed.
    entryPoint: undefined,
    command: [...version.command],
    environment: Object.entries(variables).map(([name, value]) => ({ name, value })),
    secrets: [...secrets],
    portMappings: [{ containerPort: version.port, protocol: 'tcp' }],
    stopTimeout: version.stopTimeoutSeconds,
    // It shares what the task has, which the version says.
    cpu: undefined,
    memory: undefined,
    memoryReservation: undefined,
  };
}

function tagsOf(version: TaskVersion): readonly Tag[] {
  const { scaling } = version;
  return [
    { key: tagOfDeployment, value: version.deploymentId },
    { key: tagOfContent, value: contentOf(version) },
    ...(scaling
      ? [
          { key: tagOfMinimum, value: String(scaling.minimum) },
          { key: tagOfMaximum, value: String(scaling.maximum) },
        ]
      : []),
  ];
}

/** Whether a definition was made of this very version, as an attempt does that was cut off. */
export function isMadeOf(version: TaskVersion, tags: readonly Tag[]): boolean {
  return tagIn(tags, tagOfDeployment) === version.deploymentId && tagIn(tags, tagOfContent) === contentOf(version);
}

/** How many tasks a version wants, as it was registered; what serves again after a rollback keeps its own bounds. */
export function scalingOf(tags: readonly Tag[]): { readonly minimum: number; readonly maximum: number } | undefined {
  const minimum = tagIn(tags, tagOfMinimum);
  const maximum = tagIn(tags, tagOfMaximum);
  if (minimum === undefined || maximum === undefined) return undefined;
  return { minimum: Number(minimum), maximum: Number(maximum) };
}

function contentOf(version: TaskVersion): string {
  return createHash('sha256').update(canonicalJson(version)).digest('hex');
}

function tagIn(tags: readonly Tag[], wanted: string): string | undefined {
  return tags.find(({ key }) => key === wanted)?.value;
}
