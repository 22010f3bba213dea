import type { HostClock } from '../../clock.ts';
import type { BlobAccess } from './blob-access.ts';
import type { CodeStore } from './code-store.ts';
import { invalidParameter, notFound, preconditionFailed } from './faults.ts';
import { functionArn } from './function-names.ts';
import type { LogWriter } from './log-writer.ts';
import type { Pools } from './pools.ts';
import { LATEST, type Alias, type FunctionVersion, type Records } from './records.ts';
import type { RegisteredFunction } from './registered-functions.ts';
import type { Settling } from './settling.ts';

/** What the operations work with. */
export interface ServiceContext {
  readonly clock: HostClock;
  readonly s3: BlobAccess;
  readonly records: Records;
  readonly code: CodeStore;
  readonly pools: Pools;
  readonly settling: Settling;
  readonly registered: ReadonlyMap<string, RegisteredFunction>;
  readonly logs: LogWriter | undefined;
}

/** `$LATEST` of a function that was created through the wire. */
export function requireFunction(context: ServiceContext, functionName: string): FunctionVersion {
  return requireVersion(context, functionName, LATEST);
}

export function requireVersion(context: ServiceContext, functionName: string, version: string): FunctionVersion {
  const found = context.records.version(functionName, version);
  if (found) return found;
  if (context.registered.has(functionName)) {
    throw invalidParameter(`${functionName} is part of the local host: it can be read and invoked, as $LATEST only.`);
  }
  throw notFound(`Function not found: ${functionArn(functionName, version === LATEST ? undefined : version)}`);
}

export function requireAlias(context: ServiceContext, functionName: string, name: string): Alias {
  const alias = context.records.alias(functionName, name);
  if (alias) return alias;
  throw notFound(`Cannot find alias arn: ${functionArn(functionName, name)}`);
}

/** The version that a qualifier means, an alias by its main version. */
export function requireQualified(
  context: ServiceContext,
  functionName: string,
  qualifier: string | undefined,
): FunctionVersion {
  if (qualifier === undefined || isVersion(qualifier)) {
    return requireVersion(context, functionName, qualifier ?? LATEST);
  }
  return requireVersion(context, functionName, requireAlias(context, functionName, qualifier).version);
}

export function isVersion(qualifier: string): boolean {
  return qualifier === LATEST || /^\d+$/.test(qualifier);
}

export function checkRevision(given: string | undefined, actual: string): void {
  if (given === undefined || given === actual) return;
  throw preconditionFailed(
    'The Revision Id provided does not match the latest Revision Id. ' +
      'Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
  );
}
