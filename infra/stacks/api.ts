import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  IdentitySource,
  LambdaIntegration,
  LogGroupLogDestination,
  RequestAuthorizer,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { functionCatalog, nameOf, type FunctionRow } from '#functions/catalog.ts';
import type { ApiContract } from '#schemas/api/contract.ts';
import { ProblemResponses } from '../constructs/problem-responses.ts';
import type { FunctionsStack } from './functions.ts';

interface ApiStackProps extends StackProps {
  readonly functions: FunctionsStack;
}

/** The stage is the first part of every path, so that the URL of an operation is the one in its contract. */
const stageName = 'v1';
const requestsPerSecond = 100;
const burst = 200;
/** REST APIs answer within this unless they stream. */
const longestAnswerSeconds = 29;

/** The API: one method per operation of the catalog, and one authorizer in front of all that are not public. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, { functions, ...props }: ApiStackProps) {
    super(scope, id, props);
    const api = new RestApi(this, 'Api', {
      restApiName: 'deployment-service',
      endpointTypes: [EndpointType.REGIONAL],
      // Without this role of the account API Gateway writes no access log.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName,
        tracingEnabled: true,
        metricsEnabled: true,
        throttlingRateLimit: requestsPerSecond,
        throttlingBurstLimit: burst,
        accessLogDestination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLog', {
            logGroupName: '/deployment-service/api',
            retention: RetentionDays.ONE_MONTH,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
    new ProblemResponses(this, 'Problems', api);
    const authorizer = this.#makeAuthorizer(functions);

    for (const row of functionCatalog) {
      if (row.trigger.kind !== 'api') continue;
      const { contract } = row.trigger;
      const resource = api.root.resourceForPath(contract.path.slice(`/${stageName}`.length));
      resource.addMethod(
        contract.method,
        integrationOf(functions, row, contract),
        contract.permission === 'public'
          ? { authorizationType: AuthorizationType.NONE, operationName: contract.operation }
          : { authorizationType: AuthorizationType.CUSTOM, authorizer, operationName: contract.operation },
      );
    }
    new CfnOutput(this, 'ApiUrl', {
      description: 'Base of the paths in the contracts, which begin with /v1.',
      value: `https://${api.restApiId}.execute-api.${this.region}.${this.urlSuffix}`,
    });
  }

  #makeAuthorizer(functions: FunctionsStack): RequestAuthorizer {
    const [row] = functionCatalog.filter(({ trigger }) => trigger.kind === 'authorizer');
    if (!row) throw new Error('The catalog has no authorizer.');
    const { functionArn } = functions.named(nameOf(row));
    return new RequestAuthorizer(this, 'Authorizer', {
      // By its ARN, so that the permission to call it lies in this stack and the two do not need each other.
      handler: LambdaFunction.fromFunctionAttributes(this, 'Authorize', { functionArn, sameEnvironment: true }),
      resultsCacheTtl: Duration.minutes(5),
      // What an answer is kept under. The authorizer speaks of one operation, so the operation has to be part of it. A
      // request without the header is 401 without a function being asked.
      identitySources: [
        IdentitySource.header('Authorization'),
        IdentitySource.context('httpMethod'),
        IdentitySource.context('resourcePath'),
      ],
    });
  }
}

function integrationOf(functions: FunctionsStack, row: FunctionRow, contract: ApiContract): LambdaIntegration {
  const handler = functions.named(nameOf(row));
  const timeout = Duration.seconds(
    contract.streams ? row.timeoutSeconds : Math.min(row.timeoutSeconds, longestAnswerSeconds),
  );
  return new LambdaIntegration(handler, {
    proxy: true,
    allowTestInvoke: false,
    timeout,
    ...(contract.streams && { responseTransferMode: ResponseTransferMode.STREAM }),
  });
}

const accessLogFields = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  operation: '$context.operationName',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  subject: '$context.authorizer.principalId',
  ip: '$context.identity.sourceIp',
  durationMs: '$context.responseLatency',
  bytes: '$context.responseLength',
  traceId: '$context.xrayTraceId',
};
