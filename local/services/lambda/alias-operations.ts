import { randomUUID } from 'node:crypto';
import { describeAlias } from './describe.ts';
import { conflict, invalidParameter } from './faults.ts';
import { functionArn, parseFunctionName } from './function-names.ts';
import { page } from './page.ts';
import { LATEST, type Alias } from './records.ts';
import { parseRequest, requests } from './requests.ts';
import type { Answer, Call, Route } from './rest-service.ts';
import {
  checkRevision,
  requireAlias,
  requireFunction,
  requireVersion,
  type ServiceContext,
} from './service-context.ts';

const ALIASES = '/2015-03-31/functions/*/aliases';
const MOST_ALIASES = 10_000;

export function aliasOperations(context: ServiceContext): Route[] {
  return [
    { on: `POST ${ALIASES}`, answer: (call) => create(context, call) },
    { on: `GET ${ALIASES}`, query: ['FunctionVersion', 'Marker', 'MaxItems'], answer: (call) => list(context, call) },
    { on: `GET ${ALIASES}/*`, answer: (call) => get(context, call) },
    { on: `PUT ${ALIASES}/*`, answer: (call) => update(context, call) },
    { on: `DELETE ${ALIASES}/*`, answer: (call) => remove(context, call) },
  ];
}

function create(context: ServiceContext, call: Call): Answer {
  const { functionName } = named(call);
  const input = parseRequest(requests.createAlias, call.body);
  requireFunction(context, functionName);
  if (context.records.alias(functionName, input.Name)) {
    throw conflict(`Alias already exists: ${functionArn(functionName, input.Name)}`);
  }
  const alias = {
    functionName,
    name: input.Name,
    version: input.FunctionVersion,
    description: input.Description ?? '',
    additionalWeights: input.RoutingConfig?.AdditionalVersionWeights ?? {},
  };
  return { status: 201, body: describeAlias(save(context, alias)) };
}

function update(context: ServiceContext, call: Call): Answer {
  const { functionName, name } = named(call);
  const input = parseRequest(requests.updateAlias, call.body);
  requireFunction(context, functionName);
  const alias = requireAlias(context, functionName, name);
  checkRevision(input.RevisionId, alias.revisionId);
  const changed = {
    ...alias,
    version: input.FunctionVersion ?? alias.version,
    description: input.Description ?? alias.description,
    // Left out it stays; empty it is cleared.
    additionalWeights: input.RoutingConfig
      ? (input.RoutingConfig.AdditionalVersionWeights ?? {})
      : alias.additionalWeights,
  };
  return { status: 200, body: describeAlias(save(context, changed)) };
}

function get(context: ServiceContext, call: Call): Answer {
  const { functionName, name } = named(call);
  requireFunction(context, functionName);
  return { status: 200, body: describeAlias(requireAlias(context, functionName, name)) };
}

function list(context: ServiceContext, call: Call): Answer {
  const { functionName } = named(call);
  requireFunction(context, functionName);
  const version = call.query.get('FunctionVersion');
  const matching = context.records
    .aliases(functionName)
    .filter((alias) => version === null || alias.version === version || version in alias.additionalWeights);
  const { items, ...rest } = page(matching, call.query, MOST_ALIASES);
  return { status: 200, body: { Aliases: items.map(describeAlias), ...rest } };
}

/** Deleting an alias that is not there succeeds, as in Lambda. */
function remove(context: ServiceContext, call: Call): Answer {
  const { functionName, name } = named(call);
  requireFunction(context, functionName);
  context.records.removeAlias(functionName, name);
  return { status: 204 };
}

function save(context: ServiceContext, changed: Omit<Alias, 'revisionId'>): Alias {
  checkRouting(changed);
  const { functionName, version, additionalWeights } = changed;
  const versions = [version, ...Object.keys(additionalWeights)].map((each) =>
    requireVersion(context, functionName, each),
  );
  const alias = { ...changed, revisionId: randomUUID() };
  context.records.saveAlias(alias);
  for (const each of versions) context.pools.of(each).warm();
  return alias;
}

function checkRouting({ version, additionalWeights }: Omit<Alias, 'revisionId'>): void {
  const additional = Object.keys(additionalWeights);
  if (additional.length === 0) return;
  if (additional.length > 1)
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  if (version === LATEST || additional.includes(LATEST)) {
    throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version');
  }
  if (!additional.every((each) => /^[1-9]\d*$/.test(each))) {
    throw invalidParameter('AdditionalVersionWeights: the key must be a version number.');
  }
  if (additional.includes(version)) {
    throw invalidParameter(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    );
  }
}

function named(call: Call): { functionName: string; name: string } {
  return { functionName: parseFunctionName(call.names[0] ?? '').functionName, name: call.names[1] ?? '' };
}
