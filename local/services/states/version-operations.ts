import * as z from 'zod';
import { transaction } from '#local/store.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import type { Machine, Version } from './machine-store.ts';
import { PAGE_MEMBERS, paginate } from './page.ts';
import { parseInput, wireTime } from './parse-input.ts';
import { refuseDeleting } from './registry.ts';
import type { StatesContext } from './states-context.ts';

const Publish = z.strictObject({
  stateMachineArn: z.string(),
  revisionId: z.string().optional(),
  description: z.string().max(256).optional(),
});
const List = z.strictObject({ stateMachineArn: z.string(), ...PAGE_MEMBERS });

/** Operations on published versions. */
export function versionOperations(context: StatesContext): Readonly<Record<string, Operation>> {
  const { machines, registry } = context;
  return {
    PublishStateMachineVersion(input) {
      const { stateMachineArn, revisionId, description } = parseInput(Publish, input);
      const machine = registry.machine(stateMachineArn);
      refuseDeleting(machine);
      if (revisionId !== undefined && revisionId !== machine.revisionId) {
        throw new ServiceFault('ConflictException', `The current revision of ${stateMachineArn} is not ${revisionId}.`);
      }
      const version = publishVersion(context, machine, description);
      return { stateMachineVersionArn: version.arn, creationDate: wireTime(version.createdAt) };
    },

    ListStateMachineVersions(input) {
      const asked = parseInput(List, input);
      const { arn } = registry.machine(asked.stateMachineArn);
      const { items, nextToken } = paginate(
        asked,
        (before = Number.MAX_SAFE_INTEGER, limit) => machines.versions(arn, before, limit),
        ({ key }) => key,
      );
      const stateMachineVersions = items.map((version) => ({
        stateMachineVersionArn: version.arn,
        creationDate: wireTime(version.createdAt),
      }));
      return { stateMachineVersions, nextToken };
    },
  };
}

/** Publishes what a machine is now; the same revision is published once, so a repeated call gives the same version. */
export function publishVersion(
  { store, machines, clock }: StatesContext,
  machine: Machine,
  description: string | undefined,
): Version {
  const [newest] = machines.versions(machine.arn, Number.MAX_SAFE_INTEGER, 1);
  if (newest?.revisionId === machine.revisionId) return newest;
  const number = machine.lastVersion + 1;
  const { roleArn, definition, revisionId, updatedAt } = machine;
  const version: Version = {
    arn: `${machine.arn}:${number}`,
    machineArn: machine.arn,
    number,
    ...(description !== undefined && { description }),
    createdAt: clock.now(),
    roleArn,
    definition,
    revisionId,
    updatedAt,
  };
  return transaction(store, () => {
    machines.putMachine({ ...machine, lastVersion: number });
    machines.putVersion(version);
    return version;
  });
}
