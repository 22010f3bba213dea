import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import { jsonService } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import type { WireService } from '#local/gateway/wire.ts';
import type { Sealer } from '#local/sealer.ts';
import { describeParameters } from './describe-parameters.ts';
import { parameterNotFound, ParameterReference } from './parameter-names.ts';
import { openParameterStore } from './parameter-store.ts';
import { putParameter } from './put-parameter.ts';
import { readOperations } from './read-operations.ts';

export interface ParameterStoreService extends WireService {
  /**
   * The value that a name or an ARN means, for builds, tasks and functions of this host.
   *
   * @throws ServiceFault `ParameterNotFound`, `ParameterVersionNotFound`
   */
  resolveReference(reference: string): string;
}

/** The Parameter Store of the local Systems Manager; see `behaviour.md`. */
export function createSsm(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly sealer: Sealer;
}): ParameterStoreService {
  const parameters = openParameterStore(options.store, options.sealer);
  return {
    ...jsonService({
      name: 'ssm',
      targetPrefix: 'AmazonSSM',
      version: '1.1',
      operations: {
        PutParameter: putParameter(options.store, options.clock, parameters),
        ...readOperations(parameters),
        DescribeParameters: describeParameters(parameters),
        DeleteParameter(input) {
          const { Name } = parseInput(z.strictObject({ Name: ParameterReference }), input);
          if (!parameters.remove(Name)) throw parameterNotFound(Name);
        },
        DeleteParameters(input) {
          const { Names } = parseInput(z.strictObject({ Names: z.array(ParameterReference).min(1).max(10) }), input);
          const removed = new Set(Names.filter((name) => parameters.remove(name)));
          return {
            DeletedParameters: [...removed],
            InvalidParameters: Names.filter((name) => !removed.has(name)),
          };
        },
      },
    }),
    resolveReference: (reference) => parameters.value(parameters.require(reference)),
  };
}
