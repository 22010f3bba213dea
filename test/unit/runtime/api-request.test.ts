import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createDeployment } from '#schemas/api/create-deployment.ts';
import { defineOperation } from '#schemas/api/contract.ts';
import { health } from '#schemas/api/health.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import { registerService } from '#schemas/api/register-service.ts';
import { validateServiceManifest } from '#schemas/api/validate-service-manifest.ts';
import { Refusal } from '#domain/refusal.ts';
import { readRequest } from '#runtime/api-request.ts';
import { apiEvent } from './api-event.ts';

const wanted = { service: 'orders', environment: 'staging', commit: 'a'.repeat(40) };
const json = { 'Content-Type': 'application/json' };

function refusalOf(read: () => unknown): Refusal {
  try {
    read();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('a request', () => {
  test('that fits its contract comes out parsed, with who sent it', () => {
    const event = apiEvent({
      body: JSON.stringify(wanted),
      headers: { ...json, 'X-Correlation-Id': 'corr:1', traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` },
    });
    const { body, caller, headers } = readRequest(createDeployment, event);
    expect(body).toEqual(wanted);
    expect(caller).toMatchObject({ subject: 'ada', correlationId: 'corr:1', traceId: 'c'.repeat(32) });
    expect([...caller.permissions]).toContain('deployment:trigger');
    expect(headers['content-type']).toBe('application/json');
  });

  test('has every fault of path, query and body together, each with its place', () => {
    const event = apiEvent({
      pathParameters: { service: 'Orders!' },
      query: { verbose: ['1'] },
      body: JSON.stringify({
        repository: '',
        environments: { 'st/ag~ing': {}, staging: { alias: '1', url: 'x' } },
        no: 1,
      }),
      headers: json,
    });
    const { code, faults, message } = refusalOf(() => readRequest(registerService, event));
    expect(code).toBe('validation_error');
    expect(faults.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/environments/staging/alias',
      '/environments/staging/url',
      '/environments/st~1ag~0ing',
      '/no',
      '/owner',
      '/path/service',
      '/query/verbose',
      '/repository',
    ]);
    expect(message).toBe('The request has 8 faults.');
    expect(Object.fromEntries(faults.map((fault) => [fault.pointer, fault.message]))).toMatchObject({
      '/environments/st~1ag~0ing': 'must be 1 to 31 of a-z, 0-9 and "-", starting with a letter',
      '/owner': 'is missing',
    });
  });

  test('without query, path parameters, headers or authorizer is read all the same', () => {
    const event = { ...apiEvent({ permissions: undefined }), headers: null as unknown as Record<string, string> };
    expect(readRequest(health, event).caller).toMatchObject({
      subject: 'anonymous',
      correlationId: 'request-1',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
  });
});

describe('a query', () => {
  test('comes out with its numbers and defaults', () => {
    expect(readRequest(listDeployments, apiEvent({ query: { limit: ['7'] } })).query).toEqual({ limit: 7 });
    expect(readRequest(listDeployments, apiEvent()).query).toEqual({ limit: 20 });
  });

  test.each([
    { limit: ['5', '6'] },
    { limit: ['5', '5'] },
    { limit: ['101'] },
    { limit: ['0'] },
    { limit: ['x'] },
    { limit: ['2.5'] },
    { limit: [''] },
    { service: ['orders', 'orders'] },
    { from: ['2026-01-01'] },
    { from: ['2026-01-01T00:00:00Z'] },
    { status: ['done'] },
    { Service: ['orders'] },
  ])('with %j is refused at its place', (query) => {
    const { faults } = refusalOf(() => readRequest(listDeployments, apiEvent({ query })));
    expect(faults.map(({ pointer }) => pointer)).toEqual([`/query/${Object.keys(query)[0]}`]);
  });
});

describe('a body', () => {
  test.each([
    [{ owner: 7 }, '/owner', 'must be a string'],
    [{ owner: null }, '/owner', 'must be a string'],
    [{ replace: 'yes' }, '/replace', 'must be true or false'],
    [{ environments: [] }, '/environments', 'must be an object'],
    [{ environments: undefined }, '/environments', 'is missing'],
    [{ environments: { staging: { kind: 'ecs', cluster: [] } } }, '/environments/staging/cluster', 'must be a string'],
    [{ environments: { staging: { kind: 'vm' } } }, '/environments/staging/kind', 'must be lambda or ecs'],
  ])('with %j is told the type at its place', (changes, pointer, rule) => {
    const body = JSON.stringify({ repository: 'r', owner: 'o', environments: { staging: {} }, ...changes });
    const event = apiEvent({ pathParameters: { service: 'orders' }, body, headers: json });
    expect(refusalOf(() => readRequest(registerService, event)).faults).toEqual([{ pointer, message: rule }]);
  });

  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=utf-8',
    'application/merge-patch+json',
  ])('of the type %s is taken', (type) => {
    const event = apiEvent({ body: JSON.stringify(wanted), headers: { 'content-type': type } });
    expect(readRequest(createDeployment, event).body).toEqual(wanted);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'text/json', ''])(
    'of the type "%s" is refused, with the other faults',
    (type) => {
      const event = apiEvent({ body: '{}', headers: { 'content-type': type } });
      const { faults } = refusalOf(() => readRequest(createDeployment, event));
      expect(faults[0]).toEqual({ pointer: '', message: `must be application/json, not ${type}` });
      expect(faults.map(({ pointer }) => pointer)).toEqual(['', '/service', '/environment', '/commit']);
    },
  );

  test.each([
    { body: null, message: 'is missing' },
    { body: '', message: 'is missing' },
    { body: '{"service":', message: 'is not JSON' },
    { body: 'orders', message: 'is not JSON' },
  ])('that is $body has that one fault', ({ body, message }) => {
    const { faults } = refusalOf(() => readRequest(createDeployment, apiEvent({ body })));
    expect(faults).toEqual([{ pointer: '', message }]);
  });

  test.each(['null', '[]', '"orders"', '7'])('that is %s is refused at its root', (body) => {
    const { faults } = refusalOf(() => readRequest(createDeployment, apiEvent({ body })));
    expect(faults.map(({ pointer }) => pointer)).toEqual(['']);
  });

  test('in base64 is decoded first', () => {
    const body = Buffer.from(JSON.stringify(wanted)).toString('base64');
    expect(readRequest(createDeployment, apiEvent({ body, isBase64Encoded: true })).body).toEqual(wanted);
  });

  test('is counted in bytes, and in base64 by what it decodes to', () => {
    const raw = (body: string, isBase64Encoded = false) =>
      readRequest(validateServiceManifest, apiEvent({ body, isBase64Encoded })).body;
    const most = 1024 * 1024;
    expect(raw('x'.repeat(most))).toHaveLength(most);
    expect(raw(Buffer.alloc(most, 'x').toString('base64'), true)).toHaveLength(most);
    expect(() => raw('x'.repeat(most + 1))).toThrow('larger than 1048576 bytes');
    expect(() => raw('é'.repeat(most / 2 + 1))).toThrow('larger than 1048576 bytes');
    expect(refusalOf(() => raw('x'.repeat(most + 1)))).toMatchObject({ code: 'validation_error' });
  });

  test('cannot slip members in by __proto__', () => {
    const body = `{"service":"orders","environment":"staging","__proto__":{"commit":"${'a'.repeat(40)}"}}`;
    expect(() => readRequest(createDeployment, apiEvent({ body }))).toThrow(Refusal);
  });
});

describe('permission', () => {
  test('is asked for before anything else is looked at', () => {
    const looked: string[] = [];
    const watching = (name: string) => z.unknown().transform((value) => void looked.push(`${name} ${String(value)}`));
    const contract = defineOperation({
      ...createDeployment,
      params: watching('params'),
      query: watching('query'),
      body: watching('body'),
    });
    const event = apiEvent({ body: 'x'.repeat(2_000_000), permissions: 'deployment:read' });
    expect(refusalOf(() => readRequest(contract, event))).toMatchObject({
      code: 'permission_denied',
      message: 'This needs the permission deployment:trigger.',
    });
    expect(looked).toEqual([]);
  });

  test.each([
    '',
    'deployment:read',
    'deployment:*',
    'deployment:triggers',
    'deployment:trigger,deployment:read',
    undefined,
  ])('is not given by %j', (permissions) => {
    const event = apiEvent({ body: JSON.stringify(wanted), permissions });
    expect(refusalOf(() => readRequest(createDeployment, event)).code).toBe('permission_denied');
  });

  test('brings nothing that the table of permissions does not know', () => {
    const event = apiEvent({ body: JSON.stringify(wanted), permissions: 'admin deployment:trigger root' });
    expect([...readRequest(createDeployment, event).caller.permissions]).toEqual(['deployment:trigger']);
  });
});

describe('ids of the caller', () => {
  test.each(['a b', 'x'.repeat(129), 'naïve', 'a\nb', ''])(
    'that do not look like one, as %j, are not taken over',
    (id) => {
      const event = apiEvent({ headers: { 'x-correlation-id': id, traceparent: `00-${id}-x-01` } });
      const { caller } = readRequest(health, event);
      expect(caller.correlationId).toBe('request-1');
      expect(caller.traceId).toMatch(/^[0-9a-f]{32}$/);
    },
  );
});
