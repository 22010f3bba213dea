import { Agent, request } from 'node:http';
import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { expect, onTestFinished, test } from 'vitest';
import { aService, aTargetGroup, primaryOf, type EcsUnderTest } from '../contract/local/ecs-host.ts';
import { aRealDefinition, startRealEcs, until } from '../contract/local/ecs-real-host.ts';

const AT_ONCE = 16;
const REPLACEMENTS = 20;

// An ordinary service: it answers after some time, and ends in order when it is asked to.
const server = `
import { createServer } from 'node:http';
const server = createServer(async (request, response) => {
  let bytes = 0;
  for await (const chunk of request) bytes += chunk.length;
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  response.end(process.env.ANSWER + ' ' + bytes);
}).listen(process.env.PORT);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

test('no request fails while a healthy version replaces another twenty times', async () => {
  const host = await startRealEcs({ files: { 'server.mjs': server } });
  const group = await aTargetGroup(host.elb, { delaySeconds: 10 });
  const versions = [
    await aRealDefinition(host.client, { environment: [{ name: 'ANSWER', value: 'one' }] }),
    await aRealDefinition(host.client, { environment: [{ name: 'ANSWER', value: 'two' }] }),
  ] as const;
  await aService(host as unknown as EcsUnderTest, { group, taskDefinition: versions[0], desiredCount: 2 });
  const complete = async () => (await primaryOf(host.client)).rolloutState === 'COMPLETED';
  await until(complete);

  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  onTestFinished(() => agent.destroy());
  const answers = new Map<string, number>();
  const over = new AbortController();
  const load = async (): Promise<void> => {
    for (let index = 0; !over.signal.aborted; index++) {
      const answer = await send(host.port, agent, index % 2 === 0 ? '' : 'x'.repeat(1000));
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  const clients = Promise.all(Array.from({ length: AT_ONCE }, load));
  for (let round = 1; round <= REPLACEMENTS; round++) {
    // Most rounds to the other version, some to the same one again; two tasks at once, or one by one.
    const taskDefinition = versions[Math.ceil(round / 2) % 2 === 0 ? 0 : 1];
    await host.client.send(
      new UpdateServiceCommand({
        cluster: 'services',
        service: 'greeter',
        taskDefinition,
        forceNewDeployment: true,
        deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: round % 2 === 0 ? 150 : 200 },
      }),
    );
    await until(complete, 60);
  }
  over.abort();
  await clients;

  const good = ['one', 'two'].flatMap((text) => [`200 ${text} 0`, `200 ${text} 1000`]);
  expect([...answers].filter(([answer]) => !good.includes(answer))).toEqual([]);
  expect(new Set(answers.keys())).toEqual(new Set(good));
  expect([...answers.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(2_000);
  const counted = host.balancer.taskStats('greeter.staging.localhost', 0);
  expect(counted.map(({ version }) => version).toSorted()).toEqual(['greeter:1', 'greeter:2']);
  expect(counted.every(({ errors }) => errors === 0)).toBe(true);
});

function send(port: number, agent: Agent, body: string): Promise<string> {
  return new Promise((resolve) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        agent,
        method: body === '' ? 'GET' : 'POST',
        headers: { host: 'greeter.staging.localhost', ...(body !== '' && { 'content-length': body.length }) },
      },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve(`${answer.statusCode} ${text}`));
        answer.on('error', (error) => resolve(`cut off: ${error.message}`));
      },
    );
    asked.on('error', (error) => resolve(`failed: ${error.message}`));
    asked.end(body);
  });
}
