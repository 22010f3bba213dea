import { describeVersion } from './describe.ts';
import { invalidParameter } from './faults.ts';
import { parseFunctionName } from './function-names.ts';
import { page } from './page.ts';
import { publish } from './publish.ts';
import { parseRequest, requests } from './requests.ts';
import type { Answer, Call, Route } from './rest-service.ts';
import { checkRevision, requireFunction, type ServiceContext } from './service-context.ts';

const VERSIONS = '/2015-03-31/functions/*/versions';
const MOST_VERSIONS = 50;

export function versionOperations(context: ServiceContext): Route[] {
  return [
    { on: `POST ${VERSIONS}`, answer: (call) => publishVersion(context, call) },
    { on: `GET ${VERSIONS}`, query: ['Marker', 'MaxItems'], answer: (call) => listVersions(context, call) },
  ];
}

function publishVersion(context: ServiceContext, call: Call): Answer {
  const { functionName } = parseFunctionName(call.names[0] ?? '');
  const input = parseRequest(requests.publishVersion, call.body);
  const latest = requireFunction(context, functionName);
  context.settling.refuseChange(functionName);
  checkRevision(input.RevisionId, latest.revisionId);
  if (input.CodeSha256 !== undefined && input.CodeSha256 !== latest.codeSha256) {
    throw invalidParameter(
      `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${latest.codeSha256}). ` +
        'Please try again with the CodeSHA256 in $LATEST.',
    );
  }
  return { status: 201, body: describeVersion(publish(context, latest, input.Description)) };
}

function listVersions(context: ServiceContext, call: Call): Answer {
  const { functionName } = parseFunctionName(call.names[0] ?? '');
  requireFunction(context, functionName);
  const { items, ...rest } = page(context.records.versions(functionName), call.query, MOST_VERSIONS);
  return { status: 200, body: { Versions: items.map((version) => describeVersion(version)), ...rest } };
}
