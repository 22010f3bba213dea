import { GetAliasCommand } from '@aws-sdk/client-lambda';
import { beforeEach, expect, test } from 'vitest';
import type { LambdaTarget } from '#domain/service/service.ts';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import type { WireService } from '#local/gateway/wire.ts';
import { createSts } from '#local/services/sts/sts.ts';
import { openStore } from '#local/store.ts';
import { awsClients } from '#runtime/aws-clients.ts';
import { whileAbout } from '#runtime/present-deployment.ts';
import { against } from '#test/support/clients.ts';

const target: LambdaTarget = {
  kind: 'lambda',
  functionName: 'orders-staging',
  alias: 'live',
  url: 'http://x',
  deployRole: 'arn:aws:iam::222222222222:role/deployment-service/deploy/orders-staging',
  externalId: 'deployment-service/orders/staging',
};

let clock: VirtualClock;
let assumed: Record<string, string>[];
/** Access keys that the target's functions were asked with. */
let signedBy: string[];
let clients: ReturnType<typeof awsClients>;

beforeEach(() => {
  // The SDK compares the end of a session with the real time.
  clock = virtualClock(Date.now());
  assumed = [];
  signedBy = [];
  const sts = createSts({ store: openStore(':memory:'), clock });
  const watchedSts: WireService = {
    ...sts,
    handle(request) {
      assumed.push(Object.fromEntries(new URLSearchParams(Buffer.from(request.body).toString('utf8'))));
      return sts.handle(request);
    },
  };
  const functions: WireService = {
    name: 'lambda',
    handle({ headers }) {
      signedBy.push(/Credential=([^/]+)\//.exec(headers['authorization'] ?? '')?.[1] ?? '');
      return Promise.resolve({ status: 200, headers: {}, body: Buffer.from('{"Name":"live","FunctionVersion":"1"}') });
    },
  };
  clients = awsClients(against(createGateway([watchedSts, functions])));
});

const ask = (of: LambdaTarget = target) =>
  clients.functionsOf(of).send(new GetAliasCommand({ FunctionName: of.functionName, Name: of.alias }));

test('a release takes on the role of its target, says for which service, and signs with what it gets', async () => {
  await whileAbout('dep_1', () => ask());
  expect(assumed).toHaveLength(1);
  expect(assumed[0]).toMatchObject({
    Action: 'AssumeRole',
    RoleArn: target.deployRole,
    RoleSessionName: 'dep_1',
    ExternalId: 'deployment-service/orders/staging',
  });
  expect(signedBy).toEqual([expect.stringMatching(/^ASIA/)]);
});

test('the session is kept for the calls of one deployment, and the next one has its own', async () => {
  await whileAbout('dep_1', async () => {
    await ask();
    await ask();
  });
  await whileAbout('dep_2', () => ask());
  expect(assumed.map(({ RoleSessionName }) => RoleSessionName)).toEqual(['dep_1', 'dep_2']);
});

test('deployments at the same time do not share a session', async () => {
  await Promise.all(['dep_1', 'dep_2', 'dep_3'].map((id) => whileAbout(id, () => ask())));
  expect(assumed).toHaveLength(3);
  expect(new Set(assumed.map(({ RoleSessionName }) => RoleSessionName))).toEqual(new Set(['dep_1', 'dep_2', 'dep_3']));
});

test('work that is about no one deployment says who it is for all the same', async () => {
  await ask();
  expect(assumed[0]).toMatchObject({ RoleSessionName: 'deployment-service', ExternalId: target.externalId });
});

test('a target without a role is reached as the installation itself', async () => {
  const { deployRole: _role, externalId: _words, ...own } = target;
  await whileAbout('dep_1', () => ask(own));
  expect(assumed).toEqual([]);
  expect(signedBy).toEqual(['local']);
});

test('a client that served many deployments since takes the role on again', async () => {
  await whileAbout('dep_1', () => ask());
  for (let n = 2; n < 40; n++) await whileAbout(`dep_${n}`, () => ask());
  await whileAbout('dep_1', () => ask());
  expect(assumed.filter(({ RoleSessionName }) => RoleSessionName === 'dep_1')).toHaveLength(2);
  await whileAbout('dep_39', () => ask());
  expect(assumed.filter(({ RoleSessionName }) => RoleSessionName === 'dep_39')).toHaveLength(1);
});
