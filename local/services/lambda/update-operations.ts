import { randomUUID } from 'node:crypto';
import { describeVersion } from './describe.ts';
import { checkVariables } from './environment-variables.ts';
import { parseFunctionName } from './function-names.ts';
import { publish } from './publish.ts';
import { readCode } from './read-code.ts';
import type { FunctionVersion } from './records.ts';
import { parseRequest, requests, type ConfigurationInput } from './requests.ts';
import type { Answer, Call, Route } from './rest-service.ts';
import { checkRevision, requireFunction, type ServiceContext } from './service-context.ts';

const FUNCTION = '/2015-03-31/functions/*';

/** Changing `$LATEST`. */
export function updateOperations(context: ServiceContext): Route[] {
  return [
    { on: `PUT ${FUNCTION}/code`, answer: (call) => updateCode(context, call) },
    { on: `PUT ${FUNCTION}/configuration`, answer: (call) => updateConfiguration(context, call) },
  ];
}

async function updateCode(context: ServiceContext, call: Call): Promise<Answer> {
  const { functionName } = parseFunctionName(call.names[0] ?? '');
  const input = parseRequest(requests.updateCode, call.body);
  const changeable = (): FunctionVersion => requireChangeable(context, functionName, input.RevisionId);
  const former = changeable();
  const answer = await context.code.add(await readCode(context.s3, input), (code) => {
    // Read anew: another change may have been made while the package was fetched and unpacked.
    const latest = changeable();
    const updated = save(context, {
      ...latest,
      ...code,
      architecture: input.Architectures?.[0] ?? latest.architecture,
    });
    const answered = input.Publish ? publish(context, updated) : updated;
    context.settling.begin(functionName, 'updating');
    return { status: 200, body: describeVersion(answered, 'updating') };
  });
  await context.code.release(former.codeSha256);
  return answer;
}

function updateConfiguration(context: ServiceContext, call: Call): Answer {
  const { functionName } = parseFunctionName(call.names[0] ?? '');
  const input = parseRequest(requests.updateConfiguration, call.body);
  const latest = requireChangeable(context, functionName, input.RevisionId);
  const updated = save(context, merge(latest, input));
  context.settling.begin(functionName, 'updating');
  return { status: 200, body: describeVersion(updated, 'updating') };
}

function merge(latest: FunctionVersion, input: ConfigurationInput): FunctionVersion {
  return {
    ...latest,
    description: input.Description ?? latest.description,
    handler: input.Handler ?? latest.handler,
    role: input.Role ?? latest.role,
    runtime: input.Runtime ?? latest.runtime,
    timeoutSeconds: input.Timeout ?? latest.timeoutSeconds,
    memoryMegabytes: input.MemorySize ?? latest.memoryMegabytes,
    environment: input.Environment ? checkVariables(input.Environment.Variables ?? {}) : latest.environment,
  };
}

function save(context: ServiceContext, changed: FunctionVersion): FunctionVersion {
  const saved = { ...changed, modifiedAtMs: context.clock.now(), revisionId: randomUUID() };
  context.records.saveVersion(saved);
  context.pools.retireStale(saved.functionName);
  return saved;
}

function requireChangeable(
  context: ServiceContext,
  functionName: string,
  revisionId: string | undefined,
): FunctionVersion {
  const latest = requireFunction(context, functionName);
  context.settling.refuseChange(functionName);
  checkRevision(revisionId, latest.revisionId);
  return latest;
}
