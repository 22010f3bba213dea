import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import middy from '@middy/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Refusal } from '#domain/refusal.ts';
import { xraySubsegment } from '#runtime/xray-subsegment.ts';
import { lambdaContext } from './api-event.ts';

let daemon: Socket;
let environment: Record<string, string> = {};

beforeEach(async () => {
  daemon = createSocket('udp4');
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  environment = {
    _HANDLER: 'index.handler',
    _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:0',
    AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
  };
});
afterEach(() => daemon.close());

/** The next document that the daemon gets. */
async function toldNext(): Promise<Record<string, unknown>> {
  const [message] = (await once(daemon, 'message', { signal: AbortSignal.timeout(5_000) })) as [Buffer];
  const [preamble = '', document = ''] = message.toString('utf8').split('\n');
  expect(JSON.parse(preamble)).toEqual({ format: 'json', version: 1 });
  return JSON.parse(document) as Record<string, unknown>;
}

function traced(work: () => Promise<unknown>) {
  return middy<unknown, unknown>().use(xraySubsegment('orders', environment)).handler(work);
}

test('an invocation is a part of the trace that Lambda began, and the first of a process a cold start', async () => {
  const handler = traced(() => Promise.resolve('done'));
  const before = Date.now() / 1000;
  const told = toldNext();
  expect(await handler({}, lambdaContext)).toBe('done');
  const { start_time, end_time, ...document } = await told;
  expect(document).toEqual({
    name: '## index.handler',
    id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    trace_id: '1-5759e988-bd862e3fe1be46a994272793',
    parent_id: '53995c3f42cd8ad8',
    type: 'subsegment',
    annotations: { ColdStart: true, Service: 'orders' },
  });
  expect(start_time).toBeGreaterThanOrEqual(before - 0.001);
  expect(end_time).toBeGreaterThanOrEqual(start_time as number);

  const second = toldNext();
  await handler({}, lambdaContext);
  expect(await second).toMatchObject({ annotations: { ColdStart: false } });
});

test('a bug is a fault and a refusal an error, and neither tells its message', async () => {
  const told = toldNext();
  const broken = traced(() => Promise.reject(new TypeError('the password is s3cret')));
  await expect(broken({}, lambdaContext)).rejects.toThrow('s3cret');
  const fault = await told;
  expect(fault).toMatchObject({ fault: true, cause: { exceptions: [{ type: 'TypeError' }] } });
  expect(JSON.stringify(fault)).not.toContain('s3cret');

  const next = toldNext();
  const refused = traced(() => Promise.reject(new Refusal('not_found', 'No such thing.')));
  await expect(refused({}, lambdaContext)).rejects.toThrow('No such thing.');
  const error = await next;
  expect(error).toMatchObject({ error: true, cause: { exceptions: [{ type: 'not_found' }] } });
  expect(error).not.toHaveProperty('fault');
});

test.each([
  ['a trace that is not sampled', { _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3f;Parent=53995c3f42cd8ad8;Sampled=0' }],
  ['no trace', { _X_AMZN_TRACE_ID: '' }],
  ['half a header', { _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3f;Sampled=1' }],
])('with %s nothing is told', async (_, header) => {
  const sampled = environment['_X_AMZN_TRACE_ID'] ?? '';
  const told: string[] = [];
  daemon.on('message', (message: Buffer) => told.push(message.toString('utf8')));
  const handler = traced(() => Promise.resolve());
  Object.assign(environment, header);
  await handler({}, lambdaContext);
  // The next one is told of, and by then the first would have come.
  environment['_X_AMZN_TRACE_ID'] = sampled;
  const next = toldNext();
  await handler({}, lambdaContext);
  await next;
  expect(told).toHaveLength(1);
});

test('a daemon that cannot be reached fails no invocation', async () => {
  environment['AWS_XRAY_DAEMON_ADDRESS'] = '127.0.0.1:1';
  expect(await traced(() => Promise.resolve('done'))({}, lambdaContext)).toBe('done');
  environment['AWS_XRAY_DAEMON_ADDRESS'] = 'no-such-host.invalid:2000';
  expect(await traced(() => Promise.resolve('done'))({}, lambdaContext)).toBe('done');
});
