import { randomBytes, randomInt } from 'node:crypto';
import { ServiceFault } from '#local/gateway/wire.ts';

const prefix = 'arn:aws:ecs:eu-west-1:000000000000:';

export const clusterArn = (name: string): string => `${prefix}cluster/${name}`;
export const serviceArn = (cluster: string, name: string): string => `${prefix}service/${cluster}/${name}`;
export const taskArn = (cluster: string, id: string): string => `${prefix}task/${cluster}/${id}`;
export const containerArn = (cluster: string, id: string, container: string): string =>
  `${prefix}container/${cluster}/${id}/${container}`;
export const definitionArn = (family: string, revision: number): string =>
  `${prefix}task-definition/${family}:${revision}`;

export const newTaskId = (): string => randomBytes(16).toString('hex');
/** `ecs-svc/` and 19 digits. */
export const newDeploymentId = (): string =>
  `ecs-svc/${randomInt(1_000_000, 9_999_999)}${String(randomInt(0, 1_000_000_000_000)).padStart(12, '0')}`;

/** The last part of an ARN or a name: of `arn:…:service/cluster/name` it is `name`. */
export function nameIn(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

/** `family`, `family:revision` or the ARN, taken apart. */
export function definitionReference(reference: string): { readonly family: string; readonly revision?: number } {
  const [family = '', revision] = nameIn(reference).split(':');
  return { family, ...(revision !== undefined && { revision: Number(revision) }) };
}

/** `family:revision`, from either. */
export function versionOf(arn: string): string {
  return nameIn(arn);
}

export function clientFault(message: string): ServiceFault {
  return new ServiceFault('ClientException', message);
}

export function invalidParameter(message: string): ServiceFault {
  return new ServiceFault('InvalidParameterException', message);
}
