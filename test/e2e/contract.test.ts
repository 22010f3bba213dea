import { ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problem } from '#schemas/api/problem.ts';
import { validateServiceManifest } from '#schemas/api/validate-service-manifest.ts';
import { names } from '#local/stack/names.ts';
import { awsClients } from '#test/support/aws-clients.ts';
import { register } from '#test/support/deployments.ts';
import { startE2eHost, tokenFrom, type E2eHost } from '#test/support/e2e-host.ts';
import { fitting, misfitting, type Schema } from '#test/support/schema-arbitrary.ts';
import { malformed } from '#test/support/malformations.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}
interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly type: string;
}

const text = readFileSync(new URL('../../schemas/json/openapi.json', import.meta.url), 'utf8');
const document = JSON.parse(text) as { paths: Record<string, Record<string, Operation>>; components: unknown };
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
type Row = (typeof operations)[number];

const seed = 20_261_124;
const malformedRequests = 2_000;
const malformedManifests = 2_000;

let host: E2eHost;
let token: string;
beforeAll(async () => {
  host = await startE2eHost();
  token = await tokenFrom(host.credentialsFile);
  await register(host.api, 'orders', 'https://git.example.org/orders.git');
});
afterAll(() => host.close());

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'api', components: document.components });

/** A schema of the document, with its references resolved into it. */
function check(schema: Schema, value: unknown): string | undefined {
  const resolved = JSON.parse(JSON.stringify(schema).replaceAll('#/components/', 'api#/components/')) as object;
  return ajv.validate(resolved, value) ? undefined : ajv.errorsText(ajv.errors);
}

/** Why an answer is none that the document knows; `undefined` when it is one. */
function outsideTheContract({ operation }: Row, status: number, type: string, body: string): string | undefined {
  const response = operation.responses[status];
  if (!response) return `status ${status} is not in the document: ${body}`;
  const schema = response.content[type]?.schema;
  if (!schema) return `${status} came as ${type}`;
  return type === 'text/event-stream' ? undefined : check(schema, JSON.parse(body));
}

function requestOf(
  row: Row,
  values: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, unknown>>,
  body: unknown,
): ApiRequest {
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(values[name])));
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, textOf(value)]),
  ).toString();
  const [type = 'application/json'] = Object.keys(row.operation.requestBody?.content ?? {});
  const json = type === 'application/json' ? JSON.stringify(body) : textOf(body);
  return {
    method: row.method,
    path: search === '' ? path : `${path}?${search}`,
    type,
    ...(row.operation.requestBody && { body: json }),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function parts({ operation }: Row) {
  const inPlace = (place: Parameter['in']) => operation.parameters.filter((parameter) => parameter.in === place);
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  return { path: inPlace('path'), query: inPlace('query'), body };
}

const valuesOf = (parameters: readonly Parameter[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(parameters.map(({ name, schema }) => [name, fitting(schema)])), {
    requiredKeys: parameters.filter(({ required }) => required).map(({ name }) => name),
  });

/** A request that the document allows. Whether what it names exists is another matter. */
function allowed(row: Row): fc.Arbitrary<ApiRequest> {
  const { path, query, body } = parts(row);
  return fc
    .tuple(valuesOf(path), valuesOf(query), body ? fitting(body) : fc.constant(undefined))
    .map(([values, search, content]) => requestOf(row, values, search, content));
}

/** A request with at least one part that the document does not allow. */
function forbidden(row: Row): fc.Arbitrary<ApiRequest> {
  const { path, query, body } = parts(row);
  const rest = fc.tuple(valuesOf(path), valuesOf(query), body ? fitting(body) : fc.constant(undefined));
  const badId = path.map(({ name }) =>
    rest.map(([values, search, content]) => requestOf(row, { ...values, [name]: 'Not a name!' }, search, content)),
  );
  const badQuery = rest.map(([values, search, content]) =>
    requestOf(row, values, { ...search, 'not-a-parameter': '1' }, content),
  );
  const isJson = row.operation.requestBody?.content['application/json'] !== undefined;
  const badBody =
    body && isJson
      ? [
          fc
            .tuple(rest, misfitting(body))
            .map(([[values, search], content]) => requestOf(row, values, search, content)),
          rest.map(([values, search]) => ({ ...requestOf(row, values, search, {}), body: '{"cut": ' })),
          rest.map(([values, search, content]) => ({ ...requestOf(row, values, search, content), type: 'text/xml' })),
        ]
      : [];
  return fc.oneof(...badId, badQuery, ...badBody);
}

async function send({ method, path, body, type }: ApiRequest) {
  const headers = { ...(body !== undefined && { 'content-type': type }) };
  const answer = await host.api.request(method, path, { headers, ...(body !== undefined && { body }) });
  return { ...answer, type: answer.headers.get('content-type')?.split(';')[0] ?? '' };
}

/** Everything that requests could have written: rows, objects and events. The runner's heartbeat comes by the clock. */
async function stored(): Promise<unknown> {
  const { table, objects } = awsClients(host.awsUrl);
  const rows: unknown[] = [];
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await table.send(new ScanCommand({ TableName: names.table, ExclusiveStartKey }));
    rows.push(...(page.Items ?? []).filter(({ pk }) => pk?.S !== 'CAP#build'));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  const { Contents = [] } = await objects.send(new ListObjectsV2Command({ Bucket: names.blobBucket }));
  const keys = Contents.map(({ Key, ETag }) => `${Key} ${ETag}`);
  return { rows, keys, events: host.archivedEvents().length };
}

describe('the API and its document', () => {
  it('know no answer that the other does not', async () => {
    const request = fc.constantFrom(...operations).chain((row) => allowed(row).map((sent) => ({ row, sent })));
    const runs = fc.sample(request, { seed, numRuns: 300 });
    for (const { row, sent } of runs) {
      const { status, type, body } = await send(sent);
      const fault = outsideTheContract(row, status, type, body);
      expect(fault, `${sent.method} ${sent.path} ${sent.body ?? ''}`).toBeUndefined();
      expect(status, `${sent.method} ${sent.path} ${sent.body ?? ''}: ${body}`).toBeLessThan(500);
    }
  });

  it(
    `refuse ${malformedRequests} malformed requests, each with its place, and write nothing`,
    { timeout: 180_000 },
    async () => {
      const before = await stored();
      const strict = operations.filter(({ path }) => !path.includes('/webhooks/'));
      const request = fc.constantFrom(...strict).chain((row) => forbidden(row).map((sent) => ({ row, sent })));
      for (const { row, sent } of fc.sample(request, { seed, numRuns: malformedRequests })) {
        const { status, type, body } = await send(sent);
        const told = `${sent.method} ${sent.path} ${sent.type} ${sent.body ?? ''}: ${status} ${body}`;
        expect(status, told).toBe(422);
        expect(outsideTheContract(row, status, type, body), told).toBeUndefined();
        const { faults = [] } = problem.parse(JSON.parse(body));
        expect(faults.length, told).toBeGreaterThan(0);
        for (const { pointer, message } of faults) {
          expect(pointer, told).toMatch(/^(\/|$)/);
          expect(message, told).not.toBe('');
        }
      }
      expect(await stored()).toEqual(before);
    },
  );

  it(
    `find a place for what is wrong in ${malformedManifests} malformed manifests, and write nothing`,
    { timeout: 180_000 },
    async () => {
      const before = await stored();
      for (const { kind, source } of fc.sample(malformed, { seed, numRuns: malformedManifests })) {
        const answer = await fetch(`${host.apiUrl}${validateServiceManifest.path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/yaml' },
          body: source,
        });
        const manifest = `${kind}: ${String(source)}`;
        expect(answer.status, manifest).toBe(200);
        const { valid, faults } = validateServiceManifest.answer.parse(await answer.json());
        expect(valid, manifest).toBe(false);
        expect(faults.length, manifest).toBeGreaterThan(0);
        const lines = Buffer.from(source)
          .toString('utf8')
          .split(/\r\n|\r|\n/);
        for (const { line, column, message } of faults) {
          expect(line, manifest).toBeGreaterThanOrEqual(1);
          expect(line, manifest).toBeLessThanOrEqual(lines.length);
          expect(column, manifest).toBeGreaterThanOrEqual(1);
          expect(message, manifest).not.toBe('');
        }
      }
      expect(await stored()).toEqual(before);
    },
  );
});
