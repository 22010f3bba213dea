import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { getDeploymentTrace } from '#schemas/api/get-deployment-trace.ts';
import { streamLogs } from '#schemas/api/stream-logs.ts';
import { deploymentTask } from '#schemas/workflows/deployment-task.ts';
import { runEnd } from '#schemas/events/deployment-ends.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { Deps } from '#ports/deps.ts';
import { provideStreaming } from '#local/api/streaming.ts';
import { aDeployment, depId, moment } from '#test/support/builders.ts';
import { apiEvent, lambdaContext } from './api-event.ts';

vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'INFO');
provideStreaming();
const { apiHandler } = await import('#runtime/api-handler.ts');
const { withDeps } = await import('#runtime/deps.ts');
const { eventHandler } = await import('#runtime/event-handler.ts');
const { streamHandler } = await import('#runtime/stream-handler.ts');
const { taskHandler } = await import('#runtime/task-handler.ts');
const { logger } = await import('#runtime/telemetry.ts');

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const ids = { deploymentId: depId(), correlationId: 'corr-7', traceId };
const found = aDeployment({ correlationId: 'corr-7', traceId });

/** A store as the adapters are: a class whose methods need their `this`. */
class Store {
  readonly #rows: readonly Deployment[] = [
    found,
    aDeployment({ id: depId(2), correlationId: 'other', traceId: 'other' }),
  ];
  find(id: string): Promise<Deployment | undefined> {
    return Promise.resolve(this.#rows.find((row) => row.id === id));
  }
  async load(id: string) {
    const deployment = await this.find(id);
    return deployment && { deployment, steps: [] };
  }
  queueDepth(): Promise<number> {
    return Promise.resolve(this.#rows.length);
  }
}
const deps = { deployments: new Store() } as unknown as Deps;

let lines: Record<string, unknown>[] = [];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    for (const line of String(chunk).split('\n').filter(Boolean))
      lines.push(JSON.parse(line) as Record<string, unknown>);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const line = (message: string) => lines.find((each) => each['message'] === message);

describe('every line of the log bears the ids under which the deployment is found', () => {
  const headers = { 'x-correlation-id': 'corr-7', traceparent: `00-${traceId}-00f067aa0ba902b7-01` };

  test('of an operation', async () => {
    const handler = apiHandler(getDeploymentTrace, async () => {
      logger.info('at work');
      return { status: 200, body: { deploymentId: depId(), traceId, complete: true, spans: [] } };
    });
    const event = apiEvent({ headers, pathParameters: { deploymentId: depId() } });
    await withDeps(deps, () => handler(event, lambdaContext));
    expect(line('at work')).toMatchObject({ ...ids, operation: 'get-deployment-trace' });
  });

  test('of a stream, and nothing of the one before', async () => {
    logger.appendKeys({ left: 'over' });
    const handler = streamHandler(
      streamLogs,
      async function* () {
        logger.info('streams');
        yield { data: 1 };
      },
      () => Promise.reject(new Error('not asked')),
    );
    const event = apiEvent({
      headers: { ...headers, accept: 'text/event-stream' },
      pathParameters: { deploymentId: depId() },
    });
    const out = Object.assign(new PassThrough(), { setContentType: () => undefined });
    out.resume();
    await withDeps(deps, () => handler(event, out, lambdaContext));
    expect(line('streams')).toMatchObject(ids);
    expect(line('streams')).not.toHaveProperty('left');
  });

  test('of a state, which is given the id of the deployment only: once it has read it', async () => {
    const handler = taskHandler(deploymentTask, async ({ deploymentId }, { deployments }) => {
      logger.info('before');
      await deployments.load(deploymentId);
      logger.info('after');
      return deployments.queueDepth();
    });
    expect(await withDeps(deps, () => handler({ deploymentId: depId(), run: 3 }, lambdaContext))).toBe(2);
    expect(line('before')).toMatchObject({ deploymentId: depId(), run: 3 });
    expect(line('after')).toMatchObject({ ...ids, run: 3 });
  });

  test('of a state that reads another deployment as well are still those of its own', async () => {
    const handler = taskHandler(deploymentTask, async ({ deploymentId }, { deployments }) => {
      await deployments.find(deploymentId);
      await deployments.find(depId(2));
      logger.info('read both');
    });
    await withDeps(deps, () => handler({ deploymentId: depId(), run: 1 }, lambdaContext));
    expect(line('read both')).toMatchObject(ids);
  });

  test('of an event, from its envelope, with what came of it', async () => {
    const handler = eventHandler(runEnd, () => Promise.resolve({ sent: 3, rejected: 0 }));
    const detail = {
      schemaVersion: 1,
      id: `${depId()}#4`,
      seq: 4,
      prevHash: '0'.repeat(64),
      occurredAt: moment().at,
      actor: 'ada',
      service: 'orders',
      environment: 'staging',
      ...ids,
    };
    await withDeps(deps, () => handler({ detail }, lambdaContext));
    expect(line('The event was dealt with')).toMatchObject({ ...ids, outcome: { sent: 3, rejected: 0 } });
  });

  test('of an input without any of them are just not there', async () => {
    const handler = taskHandler(z.object({ records: z.array(z.string()) }), () => {
      logger.info('no ids');
      return Promise.resolve();
    });
    await withDeps(deps, () => handler({ records: [] }, lambdaContext));
    for (const key of Object.keys(ids)) expect(line('no ids')).not.toHaveProperty(key);
  });
});

test.each([
  { of: 'all zeros', traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` },
  { of: 'a parent of all zeros', traceparent: `00-${traceId}-${'0'.repeat(16)}-01` },
  { of: 'capitals', traceparent: `00-${traceId.toUpperCase()}-00f067aa0ba902b7-01` },
])('a traceparent with $of is none: the request gets a trace of its own', async ({ traceparent }) => {
  const { readRequest } = await import('#runtime/api-request.ts');
  const event = apiEvent({ headers: { traceparent }, pathParameters: { deploymentId: depId() } });
  const given = readRequest(getDeploymentTrace, event).caller.traceId;
  expect(given).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
  expect(given).not.toBe(traceId);
});
