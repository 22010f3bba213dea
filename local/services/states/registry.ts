import type { Journal } from '#local/asl/journal.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { parseMachineArn } from './arn.ts';
import type { Alias, Machine, MachineStore, Version } from './machine-store.ts';

/** What an ARN of a machine, version or alias stands for. */
export type Startable =
  | { readonly kind: 'machine'; readonly machine: Machine }
  | { readonly kind: 'version'; readonly machine: Machine; readonly version: Version }
  | { readonly kind: 'alias'; readonly machine: Machine; readonly alias: Alias };

export type Registry = ReturnType<typeof createRegistry>;

/** Finds machines by ARN, and lets one that is being deleted go as soon as its last execution has ended. */
export function createRegistry(machines: MachineStore, journal: Journal) {
  function current(arn: string): Machine | undefined {
    const machine = machines.machine(arn);
    if (machine?.status !== 'DELETING') return machine;
    if (journal.list({ startedFrom: arn, status: 'RUNNING', limit: 1 }).length > 0) return machine;
    machines.remove(arn);
    return undefined;
  }

  function doesNotExist(arn: string): ServiceFault {
    return new ServiceFault('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  /** @throws ServiceFault `StateMachineDoesNotExist`, also for an ARN of a version or alias */
  function machine(arn: string): Machine {
    const found = parseMachineArn(arn).qualifier === undefined ? current(arn) : undefined;
    if (!found) throw doesNotExist(arn);
    return found;
  }

  /** @throws ServiceFault `StateMachineDoesNotExist` */
  function startable(arn: string): Startable {
    const { machineArn, qualifier } = parseMachineArn(arn);
    const found = current(machineArn);
    if (!found) throw doesNotExist(arn);
    if (qualifier === undefined) return { kind: 'machine', machine: found };
    const version = machines.version(arn);
    if (version) return { kind: 'version', machine: found, version };
    const alias = machines.alias(arn);
    if (alias) return { kind: 'alias', machine: found, alias };
    throw doesNotExist(arn);
  }

  return { current, machine, startable };
}

/** @throws ServiceFault `StateMachineDeleting` */
export function refuseDeleting({ arn, status }: Machine): void {
  if (status === 'DELETING') throw new ServiceFault('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
}
