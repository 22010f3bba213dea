import { functionArn } from './function-names.ts';
import { LATEST, type Alias, type FunctionVersion } from './records.ts';

/** `creating` and `updating` are told by the answer to the change; any later read finds `ready`. */
export type Progress = 'ready' | 'creating' | 'updating';

/** A `FunctionConfiguration` as it goes over the wire. */
export function describeVersion(version: FunctionVersion, progress: Progress = 'ready') {
  return {
    FunctionName: version.functionName,
    FunctionArn: functionArn(version.functionName, version.version === LATEST ? undefined : version.version),
    Version: version.version,
    Description: version.description,
    Runtime: version.runtime,
    Handler: version.handler,
    Role: version.role,
    Timeout: version.timeoutSeconds,
    MemorySize: version.memoryMegabytes,
    Architectures: [version.architecture],
    PackageType: 'Zip',
    TracingConfig: { Mode: 'PassThrough' },
    EphemeralStorage: { Size: 512 },
    ...(Object.keys(version.environment).length > 0 ? { Environment: { Variables: version.environment } } : {}),
    CodeSha256: version.codeSha256,
    CodeSize: version.codeBytes,
    LastModified: new Date(version.modifiedAtMs).toISOString().replace('Z', '+0000'),
    RevisionId: version.revisionId,
    ...STATES[progress],
  };
}

const STATES = {
  ready: { State: 'Active', LastUpdateStatus: 'Successful' },
  creating: {
    State: 'Pending',
    StateReason: 'The function is being created.',
    StateReasonCode: 'Creating',
    LastUpdateStatus: 'Successful',
  },
  updating: {
    State: 'Active',
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: 'The function is being updated.',
    LastUpdateStatusReasonCode: 'Creating',
  },
} as const;

export function describeAlias(alias: Alias) {
  return {
    AliasArn: functionArn(alias.functionName, alias.name),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    RevisionId: alias.revisionId,
    ...(Object.keys(alias.additionalWeights).length > 0
      ? { RoutingConfig: { AdditionalVersionWeights: alias.additionalWeights } }
      : {}),
  };
}
