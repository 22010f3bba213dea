import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { describeVersion } from './describe.ts';
import { checkVariables } from './environment-variables.ts';
import { conflict, invalidParameter } from './faults.ts';
import { functionArn, parseFunctionName } from './function-names.ts';
import { page } from './page.ts';
import { publish } from './publish.ts';
import { readCode } from './read-code.ts';
import { LATEST, type FunctionVersion } from './records.ts';
import { describeRegistered } from './registered-functions.ts';
import { parseRequest, requests } from './requests.ts';
import type { Answer, Call, Route } from './rest-service.ts';
import {
  isVersion,
  requireFunction,
  requireQualified,
  requireVersion,
  type ServiceContext,
} from './service-context.ts';

const ROOT = '/2015-03-31/functions';
const MOST_FUNCTIONS = 50;

/** Creating, reading and deleting functions. */
export function functionOperations(context: ServiceContext): Route[] {
  return [
    { on: `POST ${ROOT}`, answer: (call) => create(context, call) },
    { on: `GET ${ROOT}`, query: ['Marker', 'MaxItems'], answer: (call) => list(context, call) },
    { on: `GET ${ROOT}/*`, query: ['Qualifier'], answer: (call) => get(context, call) },
    { on: `GET ${ROOT}/*/configuration`, query: ['Qualifier'], answer: (call) => getConfiguration(context, call) },
    { on: `DELETE ${ROOT}/*`, query: ['Qualifier'], answer: (call) => remove(context, call) },
  ];
}

async function create(context: ServiceContext, call: Call): Promise<Answer> {
  const input = parseRequest(requests.createFunction, call.body);
  const { functionName } = parseFunctionName(input.FunctionName);
  const refuseExisting = (): void => {
    if (context.records.version(functionName, LATEST) || context.registered.has(functionName)) {
      throw conflict(`Function already exist: ${functionName}`);
    }
  };
  refuseExisting();
  const environment = checkVariables(input.Environment?.Variables ?? {});
  return context.code.add(await readCode(context.s3, input.Code), (code) => {
    refuseExisting();
    const created: FunctionVersion = {
      functionName,
      version: LATEST,
      description: input.Description ?? '',
      runtime: input.Runtime,
      handler: input.Handler,
      role: input.Role,
      timeoutSeconds: input.Timeout ?? 3,
      memoryMegabytes: input.MemorySize ?? 128,
      architecture: input.Architectures?.[0] ?? 'x86_64',
      environment,
      tags: input.Tags ?? {},
      ...code,
      modifiedAtMs: context.clock.now(),
      revisionId: randomUUID(),
    };
    context.records.saveVersion(created);
    const answered = input.Publish ? publish(context, created) : created;
    context.settling.begin(functionName, 'creating');
    return { status: 201, body: describeVersion(answered, 'creating') };
  });
}

function list(context: ServiceContext, call: Call): Answer {
  const all = [
    ...context.records.functions().map((version) => describeVersion(version)),
    ...[...context.registered].map(([name, each]) => describeRegistered(name, each)),
  ];
  const { items, ...rest } = page(all, call.query, MOST_FUNCTIONS);
  return { status: 200, body: { Functions: items, ...rest } };
}

function get(context: ServiceContext, call: Call): Answer {
  const { functionName, qualifier } = referenceOf(call);
  const registered = registeredConfiguration(context, functionName, qualifier);
  if (registered) return { status: 200, body: { Configuration: registered } };
  const version = requireQualified(context, functionName, qualifier);
  context.settling.observed(functionName);
  return {
    status: 200,
    body: {
      Configuration: describeVersion(version),
      Code: { RepositoryType: 'S3', Location: pathToFileURL(context.code.zipPath(version.codeSha256)).href },
      Tags: version.tags,
    },
  };
}

function getConfiguration(context: ServiceContext, call: Call): Answer {
  const { functionName, qualifier } = referenceOf(call);
  const registered = registeredConfiguration(context, functionName, qualifier);
  if (registered) return { status: 200, body: registered };
  const version = requireQualified(context, functionName, qualifier);
  context.settling.observed(functionName);
  return { status: 200, body: describeVersion(version) };
}

function registeredConfiguration(context: ServiceContext, functionName: string, qualifier: string | undefined) {
  const registered = context.registered.get(functionName);
  if (!registered || (qualifier !== undefined && qualifier !== LATEST)) return undefined;
  return describeRegistered(functionName, registered);
}

async function remove(context: ServiceContext, call: Call): Promise<Answer> {
  const { functionName, qualifier } = referenceOf(call);
  const { records } = context;
  requireFunction(context, functionName);
  const dropped =
    qualifier === undefined ? records.versions(functionName) : [deletable(context, functionName, qualifier)];
  if (qualifier === undefined) records.removeFunction(functionName);
  else records.removeVersion(functionName, qualifier);
  context.pools.retireStale(functionName);
  for (const { codeSha256 } of dropped) await context.code.release(codeSha256);
  return { status: 204 };
}

function deletable(context: ServiceContext, functionName: string, qualifier: string): FunctionVersion {
  if (qualifier === LATEST) {
    throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
  }
  if (!isVersion(qualifier)) throw invalidParameter('Deletion of aliases is not currently supported.');
  const version = requireVersion(context, functionName, qualifier);
  const users = context.records
    .aliases(functionName)
    .filter((alias) => alias.version === qualifier || qualifier in alias.additionalWeights)
    .map((alias) => alias.name);
  if (users.length === 0) return version;
  throw conflict(
    `Version ${functionArn(functionName, qualifier)} cannot be deleted: it is referenced by aliases ${users.join(', ')}.`,
  );
}

function referenceOf(call: Call) {
  return parseFunctionName(call.names[0] ?? '', call.query.get('Qualifier') ?? undefined);
}
