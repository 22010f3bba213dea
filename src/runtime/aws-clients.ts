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
import { presentDeployment } from './present-deployment.ts';

/**
 * What every client shares. In AWS that is the function's name alone, as `userAgentAppId`, and the environment says the
 * rest: CloudTrail then shows who called, also where the call was made under another role.
 */
export type ClientConfig = Pick<
  LambdaClientConfig,
  'requestHandler' | 'endpoint' | 'region' | 'credentials' | 'userAgentAppId'
>;

/** The SDK clients of one process, each made when it is first used. */
export function awsClients(shared: ClientConfig) {
  const functions = new Map<string, LambdaClient>();
  const tasks = new Map<string, ECSClient>();
  /** For the account and region of a target; with its deploy role where it names one, for as long as the credentials last. */
  const placeOf = ({ region, deployRole, externalId }: TargetRef): ClientConfig => ({
    ...shared,
    ...(region !== undefined && { region }),
    ...(deployRole !== undefined && {
      credentials: fromTemporaryCredentials({
        params: {
          RoleArn: deployRole,
          // The trail of the target's account names it with every call.
          RoleSessionName: presentDeployment() ?? 'deployment-service',
          ...(externalId !== undefined && { ExternalId: externalId }),
        },
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

/** Enough for what one process works on at a time; a session belongs to one deployment, and these come and go. */
const mostKept = 32;

function keptPerPlace<Client>(
  clients: Map<string, Client>,
  { region, deployRole, externalId }: TargetRef,
  make: () => Client,
): Client {
  const session = deployRole === undefined ? undefined : presentDeployment();
  const key = [region, deployRole, externalId, session].join(' ');
  const client = clients.get(key) ?? make();
  // Last in the order of the map is the one used last.
  clients.delete(key);
  clients.set(key, client);
  const [oldest] = clients.keys();
  if (clients.size > mostKept && oldest !== undefined) clients.delete(oldest);
  return client;
}
