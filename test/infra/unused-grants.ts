import type { Reasons } from './compare-grants.ts';

const ofDecisions =
  'A decision is committed in one transaction, and its parts depend on the state that it meets: each may be there.';

/** Why something is granted although the local endpoint never sees it used. A grant without a reason here is removed. */
export const unusedGrantReasons: Reasons = {
  ofAction: {
    'logs:CreateLogStream': 'Lambda itself writes the log of a function, in the name of its role.',
    'logs:PutLogEvents': 'Lambda itself writes the log of a function, in the name of its role.',
    'xray:PutTraceSegments': 'The X-Ray daemon beside a function sends its segments.',
    'xray:PutTelemetryRecords': 'The X-Ray daemon beside a function sends its segments.',
    'sqs:SendMessage': 'Lambda itself puts away what a function could not handle.',
    'sqs:GetQueueAttributes': 'Lambda itself puts away what a function could not handle.',
    'sqs:GetQueueUrl': 'Lambda itself puts away what a function could not handle.',
    'dynamodb:DescribeStream': 'Lambda itself reads the stream that triggers a function.',
    'dynamodb:GetRecords': 'Lambda itself reads the stream that triggers a function.',
    'dynamodb:GetShardIterator': 'Lambda itself reads the stream that triggers a function.',
    'dynamodb:ListStreams': 'Lambda itself reads the stream that triggers a function.',
    'kms:Decrypt': 'S3 asks for it when it reads what this key encrypted; it is no call.',
    'kms:GenerateDataKey': 'S3 asks for it when it writes with this key; it is no call.',
    's3:ListBucket': 'Nobody lists: without it S3 answers 403 for an object that is not there yet.',
    'iam:PassRole': 'ECS asks for it when a task definition names a role; it is no call.',
    'ecs:TagResource': 'ECS asks for it when a task definition is registered with tags; it is no call.',
  },
  ofCapability: {
    'table:read': {
      'dynamodb:GetItem': 'Reading is one capability: who may look for a row may get it.',
      'dynamodb:Query': 'Reading is one capability: who may get a row may look for it.',
    },
    'table:write': {
      'dynamodb:PutItem': ofDecisions,
      'dynamodb:UpdateItem': ofDecisions,
      'dynamodb:DeleteItem': ofDecisions,
      'dynamodb:ConditionCheckItem': ofDecisions,
    },
    'table:note': {
      'dynamodb:PutItem': 'A note is written anew or changed, and one store does both.',
      'dynamodb:UpdateItem': 'A note is written anew or changed, and one store does both.',
    },
    'artifacts:registry': {
      'secretsmanager:GetSecretValue':
        'The token of an external artifact service. The local host has none; test/contract/adapters plays one.',
    },
    'traces:export': {
      'secretsmanager:GetSecretValue':
        'Headers for a receiver of traces. One beside the local host wants none; test/contract/adapters plays one that does.',
    },
    'evidence:read': {
      'kms:Decrypt': 'S3 asks for it when it reads an object that is encrypted by this key; it is no call.',
    },
    'evidence:write': {
      'kms:GenerateDataKey': 'S3 asks for it when it writes an object that is encrypted by this key; it is no call.',
    },
  },
  ofFunction: {
    'deployment-service-list-rollback-targets': {
      'ecr:BatchGetImage':
        'Whether the image of a service of tasks is there still; test/unit/usecases plays the registry.',
    },
    'deployment-service-on-deployment-queued': {
      'states:SendTaskSuccess':
        'Makes room for a rollback whose request was cut off, of one that waits for a person; a fault run meets it by chance only.',
    },
    'deployment-service-on-artifact-signed': {
      's3:GetObject': 'The signed statement, for an external artifact service. The local host has none.',
    },
    'deployment-service-on-notifiable': {
      'ssm:GetParameter': 'The address of a webhook may lie in either store; test/contract/adapters plays this one.',
    },
    'deployment-service-reconcile-deployments': {
      'sts:AssumeRole': 'Takes back the release of a machine that is gone; test/unit/usecases plays it without a role.',
      'codebuild:StopBuild': 'Stops builds that nobody wants any more; test/unit/usecases plays it.',
    },
    'deployment-service-send-digests': {
      'secretsmanager:GetSecretValue': 'Digests go where notifications go; test/contract/adapters plays the receivers.',
      'ssm:GetParameter': 'Digests go where notifications go; test/contract/adapters plays the receivers.',
      'ses:SendEmail': 'Digests go where notifications go; test/contract/adapters plays the receivers.',
    },
    'deployment-service-tend-runners': {
      'codebuild:UpdateFleet': 'A pool grows after five minutes of long waits; test/contract/adapters resizes a fleet.',
    },
  },
};
