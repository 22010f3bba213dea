import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { TargetRef } from '#domain/service/service.ts';

/** What every client shares; empty in AWS, where the environment says all. */
export type ClientConfig = Pick<LambdaClientConfig, 'requestHandler' | 'endpoint' | 'region' | 'credentials'>;

/** The SDK clients of one process, each made when it is first used. */
export function awsClients(shared: ClientConfig) {
  const targets = new Map<string, LambdaClient>();
  return {
    documents: () =>
      DynamoDBDocumentClient.from(new DynamoDBClient({ ...shared, maxAttempts: 5 }), {
        marshallOptions: { removeUndefinedValues: true },
      }),
    blobs: () => new S3Client({ ...shared, forcePathStyle: true }),
    keys: () => new KMSClient(shared),
    events: () => new EventBridgeClient(shared),
    machines: () => new SFNClient(shared),
    builds: () => new CodeBuildClient(shared),
    /** For the account and region of a target; with its deploy role where it names one. */
    target(target: TargetRef): LambdaClient {
      const { region, deployRole } = target;
      const key = `${region}/${deployRole}`;
      const known = targets.get(key);
      if (known) return known;
      const client = new LambdaClient({
        ...shared,
        ...(region !== undefined && { region }),
        ...(deployRole !== undefined && {
          credentials: fromTemporaryCredentials({
            params: { RoleArn: deployRole, RoleSessionName: 'deployment-service' },
            clientConfig: shared,
          }),
        }),
      });
      targets.set(key, client);
      return client;
    },
  };
}
