import * as z from 'zod';
import { functionCatalog } from '#functions/catalog.ts';
import { problemOf } from '#domain/refusal.ts';
import type { ApiContract } from '#schemas/api/contract.ts';
import { deploymentSummary, deploymentView, stepView } from '#schemas/api/deployment-view.ts';
import { permission } from '#schemas/api/permission.ts';
import { problem } from '#schemas/api/problem.ts';
import { serviceView } from '#schemas/api/register-service.ts';
import { logChunk } from '#schemas/api/stream-logs.ts';
import { failure } from '#schemas/workflows/failure.ts';

type Json = Record<string, unknown>;

/** What gets a name of its own; everything else stands where it is used. */
const named = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Problem: problem,
  DeploymentSummary: deploymentSummary,
  Deployment: deploymentView,
  Step: stepView,
  Failure: failure,
  Service: serviceView,
  LogChunk: logChunk,
})) {
  named.add(schema, { id });
}

/** Text of `schemas/json/openapi.json`: the whole API, from the contracts that the functions are made from. */
export function openApiDocument(): string {
  const components = new Map<string, Json>();
  const paths: Record<string, Json> = {};
  for (const { trigger } of functionCatalog) {
    if (trigger.kind !== 'api') continue;
    const { path, method } = trigger.contract;
    (paths[path] ??= {})[method.toLowerCase()] = operationOf(trigger.contract, components);
  }
  lift(problem, 'output', components);
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Deployment Service',
      version: '1.0.0',
      summary: 'Deploys commits of services to environments, and takes them back.',
      description:
        'Errors are RFC 9457 problems with a registered `code`. A member that a client does not know is to be ignored: answers grow.',
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    servers: [
      {
        url: '{address}',
        description: 'The installation',
        variables: {
          address: { default: 'http://127.0.0.1:3000', description: 'With the stage, where there is one.' },
        },
      },
    ],
    tags: tagsOf(paths),
    paths,
    components: {
      schemas: Object.fromEntries([...components].sort(([one], [other]) => (one < other ? -1 : 1))),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: `A token of the installation's OIDC issuer; its roles bring permissions: ${permission.options.join(', ')}.`,
        },
      },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function operationOf(contract: ApiContract, components: Map<string, Json>): Json {
  const { operation, permission: needed, summary, body } = contract;
  const isPublic = needed === 'public';
  return {
    operationId: operation.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    tags: [tagOf(contract.path)],
    summary,
    ...(isPublic ? { security: [] } : { security: [{ bearer: [] }], 'x-permission': needed }),
    parameters: [
      ...parametersOf(contract.params, 'path', components),
      ...parametersOf(contract.query, 'query', components),
      ...headersOf(contract),
    ],
    ...(body !== 'none' && { requestBody: { required: true, content: bodyOf(body, components) } }),
    responses: {
      ...Object.fromEntries(contract.statuses.map((status) => [status, answerOf(contract, status, components)])),
      ...problemsOf(contract),
    },
  };
}

function answerOf({ answer, streams }: ApiContract, status: number, components: Map<string, Json>): Json {
  return {
    description: meanings[status] ?? 'Success.',
    headers: { 'x-correlation-id': { description: 'Find the request in the logs by it.', schema: { type: 'string' } } },
    content: {
      'application/json': { schema: lift(answer, 'output', components) },
      ...(streams && { 'text/event-stream': { schema: { type: 'string', description: 'Server-sent events.' } } }),
    },
  };
}

const meanings: Readonly<Record<number, string>> = {
  200: 'Done, or as it was before.',
  201: 'Made.',
  202: 'Accepted; it goes on by itself.',
  503: 'The service is down.',
};

function bodyOf(body: Exclude<ApiContract['body'], 'none'>, components: Map<string, Json>): Json {
  if (body === 'raw') return { 'text/plain': { schema: { type: 'string' } } };
  return { 'application/json': { schema: lift(body, 'input', components) } };
}

function parametersOf(schema: z.ZodType, place: 'path' | 'query', components: Map<string, Json>): readonly Json[] {
  const { properties = {}, required = [] } = lift(schema, 'input', components) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...each }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: each,
  }));
}

function headersOf({ operation }: ApiContract): readonly Json[] {
  const optional = { in: 'header', required: false };
  const key = {
    name: 'idempotency-key',
    ...optional,
    description: 'The same key again answers with what it made first, for a day.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  };
  return [
    ...(operation === 'create-deployment' ? [key] : []),
    {
      name: 'x-correlation-id',
      ...optional,
      description: 'Comes back in the answer and stands in every event that follows.',
      schema: { type: 'string', pattern: '^[\\w.:-]{1,128}$' },
    },
    {
      name: 'traceparent',
      ...optional,
      description: 'W3C trace context; its trace goes on through the deployment.',
      schema: { type: 'string' },
    },
  ];
}

/** The problems that an operation can answer with, by status. */
function problemsOf({ permission: needed, statuses, method, path }: ApiContract): Json {
  const open = needed === 'public' && method === 'GET';
  const possible = Object.entries(problemOf)
    .map(([code, { status }]) => ({ code, status }))
    .filter(({ status }) => !statuses.includes(status))
    .filter(({ status }) => !open || status !== 401)
    .filter(({ status }) => needed !== 'public' || status !== 403)
    .filter(({ status }) => method !== 'GET' || (status !== 409 && status !== 423))
    .filter(({ status }) => path.includes('{') || method !== 'GET' || status !== 404);
  const byStatus = Map.groupBy(possible, ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: `Problem: ${codes.map(({ code }) => code).join(', ')}.`,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

/** The JSON Schema of a contract's part; what has a name goes to the components and is referred to. */
function lift(schema: z.ZodType, io: 'input' | 'output', components: Map<string, Json>): Json {
  const made = z.toJSONSchema(schema, { io, metadata: named, override: io === 'output' ? open : loosenDefault });
  const { $schema: _schema, $defs = {}, ...body } = made as Json & { $defs?: Record<string, Json> };
  for (const [id, part] of Object.entries($defs)) components.set(id, placed(part));
  return placed(body);
}

type Override = { jsonSchema: z.core.JSONSchema.BaseSchema };

/** Answers grow: what an old client does not know must not break it. */
function open({ jsonSchema }: Override): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}

/** Alternatives that are told apart by a member with a default are not exclusive where that member is left out. */
function loosenDefault({ jsonSchema }: Override): void {
  const { oneOf = [] } = jsonSchema;
  const mayBeLeftOut = (member: z.core.JSONSchema._JSONSchema): boolean =>
    typeof member === 'object' && member.const !== undefined && member.default !== undefined;
  const loose = oneOf.some(
    (each) => typeof each === 'object' && Object.values(each.properties ?? {}).some(mayBeLeftOut),
  );
  if (!loose) return;
  jsonSchema.anyOf = oneOf;
  delete jsonSchema.oneOf;
}

/** Without the name that stands at its place already, and referring to the components. */
function placed({ id: _id, ...part }: Json): Json {
  return JSON.parse(JSON.stringify(part).replaceAll('#/$defs/', '#/components/schemas/')) as Json;
}

function tagOf(path: string): string {
  return path.split('/')[2] ?? 'other';
}

const tagMeanings: Readonly<Record<string, string>> = {
  approvals: 'What waits for people.',
  deployments: 'Commits on their way to environments.',
  health: 'How the control plane is.',
  manifests: 'Checking a service.yaml.',
  metrics: 'How deployments go.',
  services: 'What can be deployed, and where.',
  webhooks: 'What git hosts tell.',
};

function tagsOf(paths: Readonly<Record<string, Json>>): readonly Json[] {
  const names = [...new Set(Object.keys(paths).map(tagOf))].sort();
  return names.map((name) => ({ name, description: tagMeanings[name] ?? name }));
}
