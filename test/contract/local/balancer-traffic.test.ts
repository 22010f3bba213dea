import { Agent, get } from 'node:http';
import { UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { createBalancer } from '#local/balancer/balancer.ts';
import { aliasTo, answering, createFunction, release, startLambda } from './lambda-host.ts';

const REQUESTS = 2_000;
const AT_ONCE = 20;
const SWITCHES = 20;

test('no request fails while the alias moves between two versions twenty times', async () => {
  const { client, clock, lambda } = startLambda();
  const balancer = createBalancer({
    clock,
    random: Math.random,
    lambda,
    resolve: () => ({ functionName: 'greeter', qualifier: 'live' }),
    knownHosts: () => [],
  });
  onTestFinished(() => balancer.close());
  const port = await balancer.listen(0);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  onTestFinished(() => agent.destroy());
  await createFunction(client, answering('one'), { Publish: true });
  await release(client, answering('two'));
  await aliasTo(client, '1');

  const answers: string[] = [];
  let sent = 0;
  let switched = 0;
  const ask = async (): Promise<void> => {
    while (sent < REQUESTS) {
      sent++;
      if (sent % (REQUESTS / SWITCHES) === 0) {
        switched++;
        const FunctionVersion = switched % 2 === 0 ? '1' : '2';
        // By weight and at once in turn; idle processes grow old on the way, and some of them are ended.
        const AdditionalVersionWeights = switched % 3 === 0 ? { [FunctionVersion === '1' ? '2' : '1']: 0.3 } : {};
        await client.send(
          new UpdateAliasCommand({
            FunctionName: 'greeter',
            Name: 'live',
            FunctionVersion,
            RoutingConfig: { AdditionalVersionWeights },
          }),
        );
        await clock.advance(120_000);
      }
      answers.push(await read(port, agent));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));

  const published = new Set(['200 1 {"said":"one"}', '200 2 {"said":"two"}']);
  expect(answers.filter((answer) => !published.has(answer))).toEqual([]);
  expect(answers).toHaveLength(REQUESTS);
  expect(new Set(answers)).toEqual(published);
  expect(switched).toBe(SWITCHES);
});

function read(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, agent, headers: { host: 'greeter.staging.localhost' } }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('end', () =>
        resolve(`${answer.statusCode} ${String(answer.headers['x-amz-executed-version'])} ${body}`),
      );
    }).on('error', (error) => resolve(`failed: ${error.message}`));
  });
}
