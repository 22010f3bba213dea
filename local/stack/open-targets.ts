import { CreateAliasCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { strToU8, zipSync } from 'fflate';
import type { DatabaseSync } from 'node:sqlite';
import { serviceRegistered } from '#schemas/events/service-registered.ts';
import { detailSchema } from '#schemas/events/catalog.ts';
import { eventSource } from '#schemas/events/envelope.ts';
import type { BalancerTarget } from '../balancer/balancer.ts';
import type { Lambda } from '../services/lambda/lambda.ts';
import type { ClientOptions } from './client-options.ts';
import { account, names, region } from './names.ts';
import { openTaskTarget } from './open-task-target.ts';

/** Says that nothing is deployed yet, as the placeholder of the lambda-service construct does. */
const placeholder = `export const handler = async () => ({
  statusCode: 503,
  headers: { 'content-type': 'text/plain' },
  body: 'Nothing is deployed here yet.\\n',
});
`;

const functionName = 'local-service-stacks';

/** The host names of the services, for the balancer. */
interface Hosts {
  readonly resolve: (host: string) => BalancerTarget | undefined;
  readonly knownHosts: () => readonly string[];
}

/**
 * What a team's own stack does in AWS with the `lambda-service` and the `ecs-service` construct: it makes the function and the
 * alias, or the service of tasks, that the deployment service releases into. Here it happens when the registration of a service is announced; what exists is
 * left alone.
 */
export async function openTargets(store: DatabaseSync, lambda: Lambda, options: ClientOptions): Promise<Hosts> {
  store.exec(
    'CREATE TABLE IF NOT EXISTS stack_hosts (host TEXT PRIMARY KEY, function_name TEXT NOT NULL, alias TEXT NOT NULL)',
  );
  const put = store.prepare('INSERT OR REPLACE INTO stack_hosts (host, function_name, alias) VALUES (?, ?, ?)');
  const remove = store.prepare('DELETE FROM stack_hosts WHERE host = ?');
  const find = store.prepare('SELECT function_name, alias FROM stack_hosts WHERE host = ?');
  const all = store.prepare('SELECT host FROM stack_hosts ORDER BY host');
  const client = new LambdaClient(options);
  const detail = detailSchema(serviceRegistered);

  lambda.register(functionName, {
    timeoutSeconds: 60,
    async handler(event) {
      const { service, data } = detail.parse((event as { detail: unknown }).detail);
      for (const [environment, target] of Object.entries(data.environments)) {
        const host = `${service}.${environment}.localhost`;
        if (target.kind === 'ecs') {
          await openTaskTarget(options, host, target);
          // It may have been a function's before.
          remove.run(host);
          continue;
        }
        await createTarget(client, target.functionName, target.alias);
        put.run(host, target.functionName, target.alias);
      }
    },
  });
  await subscribe(options);

  return {
    resolve(host) {
      const row = find.get(host) as { function_name: string; alias: string } | undefined;
      return row && { functionName: row.function_name, qualifier: row.alias };
    },
    knownHosts: () => (all.all() as { host: string }[]).map(({ host }) => host),
  };
}

async function subscribe(options: ClientOptions): Promise<void> {
  const client = new EventBridgeClient(options);
  const pattern = { source: [eventSource], 'detail-type': [serviceRegistered.type] };
  await client.send(
    new PutRuleCommand({ Name: functionName, EventBusName: names.bus, EventPattern: JSON.stringify(pattern) }),
  );
  const Arn = `arn:aws:lambda:${region}:${account}:function:${functionName}`;
  await client.send(
    new PutTargetsCommand({ Rule: functionName, EventBusName: names.bus, Targets: [{ Id: functionName, Arn }] }),
  );
}

async function createTarget(client: LambdaClient, FunctionName: string, alias: string): Promise<void> {
  await unlessThere(() =>
    client.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: `arn:aws:iam::${account}:role/${FunctionName}`,
        Code: { ZipFile: zipSync({ 'index.mjs': strToU8(placeholder) }) },
        Publish: true,
      }),
    ),
  );
  await unlessThere(() => client.send(new CreateAliasCommand({ FunctionName, Name: alias, FunctionVersion: '1' })));
}

async function unlessThere(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceConflictException') throw error;
  }
}
