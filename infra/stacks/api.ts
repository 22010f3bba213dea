import { CfnOutput, Duration, RemovalPolicy, Stack, Validations, type StackProps } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  IdentitySource,
  LambdaIntegration,
  JsonSchemaType,
  LogGroupLogDestination,
  MethodLoggingLevel,
  Model,
  RequestAuthorizer,
  RequestValidator,
  ResponseTransferMode,
  RestApi,
  type MethodOptions,
} from 'aws-cdk-lib/aws-apigateway';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { functionCatalog, nameOf, type FunctionRow } from '#functions/catalog.ts';
import { mostBodyBytes, type ApiContract } from '#schemas/api/contract.ts';
import { ownLimit } from '../api-limits.ts';
import { ApiFirewall } from '../constructs/api-firewall.ts';
import { ProblemResponses } from '../constructs/problem-responses.ts';
import type { Settings } from '../settings.ts';
import type { FunctionsStack } from './functions.ts';

interface ApiStackProps extends StackProps {
  readonly settings: Settings;
  readonly functions: FunctionsStack;
}

/** The stage is the first part of every path, so that the URL of an operation is the one in its contract. */
const stageName = 'v1';
/** REST APIs answer within this unless they stream. */
const longestAnswerSeconds = 29;

/** The API: one method per operation of the catalog, and one authorizer in front of all that are not public. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, { settings, functions, ...props }: ApiStackProps) {
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
        ...everyMethod,
        throttlingRateLimit: settings.requestsPerSecond,
        throttlingBurstLimit: 2 * settings.requestsPerSecond,
        methodOptions: methodLimits(),
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
    this.#explain(api);
    this.#keepErrorLog(api);
    new ProblemResponses(this, 'Problems', api);
    new ApiFirewall(this, 'Firewall', {
      stage: api.deploymentStage,
      requestsPerAddress: settings.requestsPerAddress,
      mode: settings.firewallMode,
      bodyLimits: { most: mostBodyBytes, byPath: largerBodies() },
    });
    const authorizer = this.#makeAuthorizer(functions);
    const checked = this.#bodyCheck(api);

    for (const row of functionCatalog) {
      if (row.trigger.kind !== 'api') continue;
      const { contract } = row.trigger;
      const resource = api.root.resourceForPath(pathIn(contract));
      const method = resource.addMethod(contract.method, integrationOf(functions, row, contract), {
        operationName: contract.operation,
        ...(needsBody(contract) && checked),
        ...(contract.permission === 'public'
          ? { authorizationType: AuthorizationType.NONE }
          : { authorizationType: AuthorizationType.CUSTOM, authorizer }),
      });
      if (contract.permission === 'public') {
        Validations.of(method).acknowledge({ id: 'AwsSolutions-APIG4', reason: publicBecause(contract) });
      }
    }
    new CfnOutput(this, 'ApiUrl', {
      description: 'Base of the paths in the contracts, which begin with /v1.',
      value: `https://${api.restApiId}.execute-api.${this.region}.${this.urlSuffix}`,
    });
  }

  #explain(api: RestApi): void {
    Validations.of(api).acknowledge({
      id: 'AwsSolutions-COG4',
      reason:
        'Tokens come from whatever OIDC issuer the organization has; a Lambda authorizer checks them, Cognito or not.',
    });
    Validations.of(api.node.findChild('CloudWatchRole')).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason:
        'API Gateway tries the role when it is set and asks for all that this policy allows, whatever it then uses.',
    });
  }

  /** API Gateway would make the group itself, and keep it for ever. */
  #keepErrorLog(api: RestApi): void {
    const group = new LogGroup(this, 'ErrorLog', {
      logGroupName: `API-Gateway-Execution-Logs_${api.restApiId}/${stageName}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    api.deploymentStage.node.addDependency(group);
  }

  /** Coarse on purpose: it keeps away what is no JSON object. The function tells all faults of a body together, at their places. */
  #bodyCheck(api: RestApi): Pick<MethodOptions, 'requestModels' | 'requestValidator'> {
    const model = new Model(this, 'JsonObject', {
      restApi: api,
      contentType: 'application/json',
      schema: { type: JsonSchemaType.OBJECT },
    });
    const requestValidator = new RequestValidator(this, 'BodyCheck', {
      restApi: api,
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    return { requestModels: { 'application/json': model }, requestValidator };
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

/** What a method has to be told again where it has a limit of its own: API Gateway takes nothing over from the stage. */
const everyMethod = {
  metricsEnabled: true,
  // What API Gateway itself could not do. Bodies and headers are in no log.
  loggingLevel: MethodLoggingLevel.ERROR,
  dataTraceEnabled: false,
};

const contracts = functionCatalog.flatMap(({ trigger }) => (trigger.kind === 'api' ? [trigger.contract] : []));

function pathIn(contract: ApiContract): string {
  return contract.path.slice(`/${stageName}`.length);
}

function methodLimits() {
  return Object.fromEntries(
    contracts.flatMap((contract) => {
      const limit = ownLimit(contract);
      if (!limit) return [];
      const limits = { throttlingRateLimit: limit.perSecond, throttlingBurstLimit: limit.burst };
      return [[`${pathIn(contract)}/${contract.method}`, { ...everyMethod, ...limits }] as const];
    }),
  );
}

function largerBodies(): Readonly<Record<string, number>> {
  return Object.fromEntries(
    contracts.flatMap(({ path, bodyLimitBytes }) => (bodyLimitBytes === undefined ? [] : [[path, bodyLimitBytes]])),
  );
}

/** Whether an empty object would not do. */
function needsBody({ body }: ApiContract): boolean {
  return typeof body !== 'string' && !body.safeParse({}).success;
}

function publicBecause({ body }: ApiContract): string {
  return body === 'raw'
    ? 'A provider has no token; its signature over the body, or its secret, is checked before anything is done.'
    : 'It tells whether the service is up and nothing else, and a probe has no token.';
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
  refusal: '$context.error.responseType',
  firewall: '$context.waf.status',
};
