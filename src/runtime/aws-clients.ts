import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { TargetRef } from '#domain/service/service.ts';

/** What every client shares; empty in AWS, where the environment says all. */
export type ClientConfig = Pick<LambdaClientConfig, 'requestHandler' | 'endpoint' | 'region' | 'credentials'>;

/** The SDK clients of one process, each made when it is first used. */
export function awsClients(shared: ClientConfig) {
  const functions = new Map<string, LambdaClient>();
  const tasks = new Map<string, ECSClient>();
  /** For the account and region of a target; with its deploy role where it names one. */
  const placeOf = ({ region, deployRole }: TargetRef): ClientConfig => ({
    ...shared,
    ...(region !== undefined && { region }),
    ...(deployRole !== undefined && {
      credentials: fromTemporaryCredentials({
        params: { RoleArn: deployRole, RoleSessionName: 'deployment-service' },
        clientConfig: shared,
      }),
    }),
  });
  return {
    documents: () =>
      DynamoDBDocumentClient.from(new DynamoDBClient({ ...shared, maxAttempts: 5 }), {
        marshallOptions: { removeUndefinedValues: true },
      }),
    blobs: () => new S3Client({ ...shared, forcePathStyle: true }),
    images: () => new ECRClient(shared),
    keys: () => new KMSClient(shared),
    events: () => new EventBridgeClient(shared),
    machines: () => new SFNClient(shared),
    builds: () => new CodeBuildClient(shared),
    secrets: () => new SecretsManagerClient(shared),
    parameters: () => new SSMClient(shared),
    email: () => new SESv2Client(shared),
    functionsOf: (target: TargetRef) => keptPerPlace(functions, target, () => new LambdaClient(placeOf(target))),
    tasksOf: (target: TargetRef) => keptPerPlace(tasks, target, () => new ECSClient(placeOf(target))),
  };
}

function keptPerPlace<Client>(
  clients: Map<string, Client>,
  { region, deployRole }: TargetRef,
  make: () => Client,
): Client {
  const key = `${region}/${deployRole}`;
  const client = clients.get(key) ?? make();
  clients.set(key, client);
  return client;
}
