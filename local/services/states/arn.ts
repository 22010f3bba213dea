import { ServiceFault } from '#local/gateway/wire.ts';

/** ARNs of one account and region. */
export function statesArns(region: string, accountId: string) {
  const prefix = `arn:aws:states:${region}:${accountId}`;
  return {
    machine: (name: string): string => `${prefix}:stateMachine:${name}`,
    execution: (machineName: string, name: string): string => `${prefix}:execution:${machineName}:${name}`,
  };
}

/** A machine, and the version or alias after its name. */
export interface MachineArn {
  readonly machineArn: string;
  readonly qualifier?: string;
}

/** @throws ServiceFault `InvalidArn` */
export function parseMachineArn(arn: string): MachineArn {
  const [, machineArn, qualifier] =
    /^(arn:aws:states:[a-z0-9-]+:\d{12}:stateMachine:[^:]+)(?::([^:]+))?$/.exec(arn) ?? [];
  if (machineArn === undefined) throw new ServiceFault('InvalidArn', `Invalid Arn: '${arn}'`);
  return { machineArn, ...(qualifier !== undefined && { qualifier }) };
}

/** @throws ServiceFault `InvalidArn` */
export function checkExecutionArn(arn: string): void {
  if (/^arn:aws:states:[a-z0-9-]+:\d{12}:execution:[^:]+:[^:]+$/.test(arn)) return;
  throw new ServiceFault('InvalidArn', `Invalid Arn: '${arn}'`);
}
