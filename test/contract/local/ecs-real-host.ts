import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ECSClient, RegisterTaskDefinitionCommand, type ContainerDefinition } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { onTestFinished } from 'vitest';
import { createBalancer } from '#local/balancer/balancer.ts';
import { systemClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { createEcs } from '#local/services/ecs/create-ecs.ts';
import { createElbV2 } from '#local/services/elbv2/create-elbv2.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

interface RealHostOptions {
  /** Files of the one image that there is, in `/app`. */
  readonly files: Readonly<Record<string, string>>;
  /** Where an earlier host worked. */
  readonly directory?: string;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The local ECS with tasks as real processes in real time, behind a balancer. */
export async function startRealEcs({
  files,
  directory = mkdtempSync(join(tmpdir(), 'ecs-')),
  secrets = {},
}: RealHostOptions) {
  const store = openStore(join(directory, 'state.sqlite'));
  const balancing = createElbV2({ store, clock: systemClock });
  const written: { group: string; stream: string; message: string }[] = [];
  const config = {
    digest: 'sha256:1',
    entrypoint: [],
    cmd: ['node', 'server.mjs'],
    env: { FROM_IMAGE: 'yes' },
    workingDir: '/app',
  };
  const ecs = createEcs({
    store,
    clock: systemClock,
    directory,
    balancing,
    images: {
      describeImage: () => Promise.resolve(config),
      async unpackImage(_name, root) {
        if (existsSync(root)) return config;
        mkdirSync(join(root, 'app'), { recursive: true });
        for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'app', name), text, { mode: 0o755 });
        return config;
      },
    },
    secrets: {
      secretsManager: (reference) => secrets[reference] ?? absent(),
      parameterStore: (reference) => secrets[reference] ?? absent(),
    },
    logs: {
      put: (group, stream, events) => written.push(...events.map(({ message }) => ({ group, stream, message }))),
    },
    environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' },
  });
  const balancer = createBalancer({
    clock: systemClock,
    random: Math.random,
    lambda: { invoke: () => Promise.reject(new Error('There are no functions here.')) },
    rules: balancing,
    resolve: () => undefined,
    knownHosts: () => [],
  });
  const port = await balancer.listen(0);
  balancing.resume();
  ecs.resume();
  const gateway = createGateway([ecs, balancing]);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      await balancer.close();
      await ecs.close();
      balancing.close();
      store.close();
    })());
  onTestFinished(async () => {
    await close();
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    directory,
    port,
    balancer,
    written,
    close,
    store,
    client: new ECSClient(against(gateway)),
    elb: new ElasticLoadBalancingV2Client(against(gateway)),
  };
}

function absent(): never {
  throw new ServiceFault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

/** A revision of `greeter` that runs the image, with changes to its container. */
export async function aRealDefinition(
  client: ECSClient,
  container: Partial<ContainerDefinition> = {},
): Promise<string> {
  const { taskDefinition } = await client.send(
    new RegisterTaskDefinitionCommand({
      family: 'greeter',
      executionRoleArn: 'arn:aws:iam::000000000000:role/execution',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        {
          name: 'service',
          image: 'greeter',
          portMappings: [{ containerPort: 8080 }],
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': '/services/greeter', 'awslogs-stream-prefix': 'tasks' },
          },
          ...container,
        },
      ],
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? '';
}

/** Waits in real time. */
export async function until(holds: () => Promise<boolean> | boolean, seconds = 15): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It did not come to that within ${seconds} s.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
