import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { FunctionVersion } from './records.ts';
import type { ServiceContext } from './service-context.ts';

/**
 * Publishes `$LATEST` and starts an environment for it, so that the first request after the alias moves finds it warm.
 * Answers the last version when neither code nor configuration changed since, as Lambda does.
 */
export function publish(context: ServiceContext, latest: FunctionVersion, description?: string): FunctionVersion {
  const last = context.records.versions(latest.functionName).at(-1);
  const unchanged =
    last !== undefined && last.version !== latest.version && isDeepStrictEqual(essence(last), essence(latest));
  const version = unchanged
    ? last
    : {
        ...latest,
        version: context.records.nextVersionNumber(latest.functionName),
        description: description ?? latest.description,
        revisionId: randomUUID(),
      };
  if (!unchanged) context.records.saveVersion(version);
  context.pools.of(version).warm();
  return version;
}

/** What makes a version a different one; the description does not. */
function essence({
  codeSha256,
  runtime,
  handler,
  role,
  timeoutSeconds,
  memoryMegabytes,
  architecture,
  environment,
}: FunctionVersion) {
  return { codeSha256, runtime, handler, role, timeoutSeconds, memoryMegabytes, architecture, environment };
}
