import { functionNameOf, type FunctionRow } from '#functions/catalog.ts';
import { registryShape } from '#schemas/registry.ts';

export const region = 'eu-west-1';
export const account = '000000000000';

/** What the stack's resources are called on the local host. */
export const names = {
  table: 'deployment-service',
  blobBucket: 'deployment-service-blobs',
  evidenceBucket: 'deployment-service-evidence',
  bus: 'deployment-service',
  topic: 'deployment-service-announcements',
  emailSender: 'deployment-service@example.com',
  buildLogGroup: '/deployment-service/builds',
  signingKeyAlias: 'alias/deployment-service-signing',
  sealKeyAlias: 'alias/deployment-service-seal',
  imageRegistry: `${account}.dkr.ecr.${region}.amazonaws.com`,
  imageRepositories: `${account}.dkr.ecr.${region}.amazonaws.com/${registryShape.servicePrefix}`,
  project: (name: string) => `deployment-service-${name}`,
  fleet: 'deployment-service-runners',
  machine: (name: string) => `deployment-service-${name}`,
} as const;

export function functionArn(row: FunctionRow): string {
  return `arn:aws:lambda:${region}:${account}:function:${functionNameOf(row)}`;
}

export const topicArn = `arn:aws:sns:${region}:${account}:${names.topic}`;

export function machineArn(name: string): string {
  return `arn:aws:states:${region}:${account}:stateMachine:${names.machine(name)}`;
}
