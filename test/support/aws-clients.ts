import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';

/** Stock clients on a host's AWS endpoint, over real sockets. */
export function awsClients(endpoint: string) {
  const options = {
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  return {
    table: new DynamoDBClient(options),
    machines: new SFNClient(options),
    objects: new S3Client({ ...options, forcePathStyle: true }),
    functions: new LambdaClient(options),
    builds: new CodeBuildClient(options),
    logs: new CloudWatchLogsClient(options),
    keys: new KMSClient(options),
  };
}

export type AwsClients = ReturnType<typeof awsClients>;
