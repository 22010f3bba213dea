import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { arnOf, completeContext, deploymentServiceWith, ofType, resourcesOf, type Resource } from './synthesized.ts';

/** `GET /v1/…` -> the method, from the tree of resources and the name of the stage. */
function methods(): ReadonlyMap<string, Resource> {
  const [stage] = ofType('AWS::ApiGateway::Stage');
  const parts = new Map(ofType('AWS::ApiGateway::Resource').map((part) => [`${part.stack}/${part.id}`, part]));
  const pathOf = (reference: unknown): string => {
    const part = parts.get(String(reference));
    return part ? `${pathOf(part.properties['ParentId'])}/${String(part.properties['PathPart'])}` : '';
  };
  return new Map(
    ofType('AWS::ApiGateway::Method').map((method) => [
      `${String(method.properties['HttpMethod'])} /${String(stage?.properties['StageName'])}${pathOf(method.properties['ResourceId'])}`,
      method,
    ]),
  );
}

const operations = functionCatalog.flatMap((row) =>
  row.trigger.kind === 'api' ? [[nameOf(row), row, row.trigger.contract] as const] : [],
);

describe.each(operations)('the operation %s', (name, row, contract) => {
  const method = () => methods().get(`${contract.method} ${contract.path}`)?.properties;
  const lambda = ofType('AWS::Lambda::Function').find(
    ({ properties }) => properties['FunctionName'] === `deployment-service-${name}`,
  );

  it('is found at the path of its contract and answered by its function', () => {
    expect(method()).toMatchObject({ Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST' } });
    expect(JSON.stringify(method())).toContain(arnOf(lambda as Resource));
  });

  it('asks for a token unless it is public', () => {
    const [authorizer] = ofType('AWS::ApiGateway::Authorizer');
    if (contract.permission === 'public') {
      expect(method()).toMatchObject({ AuthorizationType: 'NONE' });
      expect(method()).not.toHaveProperty('AuthorizerId');
    } else {
      expect(method()).toMatchObject({
        AuthorizationType: 'CUSTOM',
        AuthorizerId: `${authorizer?.stack}/${authorizer?.id}`,
      });
    }
  });

  it('streams only when its contract says so', () => {
    const uri = JSON.stringify(method());
    expect(uri.includes('response-streaming-invocations')).toBe(contract.streams === true);
    expect(uri.includes('"ResponseTransferMode":"STREAM"')).toBe(contract.streams === true);
    const longestMs = contract.streams ? row.timeoutSeconds * 1000 : 29_000;
    expect(method()).toHaveProperty('Integration.TimeoutInMillis', Math.min(row.timeoutSeconds * 1000, longestMs));
  });
});

it('has no method without an operation', () => {
  expect(methods().size).toBe(operations.length);
});

it('nothing is public but health, and what proves itself by a signature', () => {
  const open = [...methods()].filter(([, { properties }]) => properties['AuthorizationType'] === 'NONE');
  expect(open.map(([route]) => route).toSorted()).toEqual([
    'GET /v1/health',
    'POST /v1/webhooks/github',
    'POST /v1/webhooks/gitlab',
  ]);
});

it('the authorizer is the function that the catalog names, and its answers are kept per token and operation', () => {
  const [authorizer, ...others] = ofType('AWS::ApiGateway::Authorizer');
  const lambda = ofType('AWS::Lambda::Function').find(
    ({ properties }) => properties['FunctionName'] === 'deployment-service-authorize',
  );
  expect(others).toEqual([]);
  expect(authorizer?.properties).toMatchObject({ Type: 'REQUEST', AuthorizerResultTtlInSeconds: 300 });
  // Without the operation in the key, the answer for one would be given for another.
  expect(String(authorizer?.properties['IdentitySource']).split(',')).toEqual([
    'method.request.header.Authorization',
    'context.httpMethod',
    'context.resourcePath',
  ]);
  expect(authorizer?.properties['AuthorizerUri']).toContain(arnOf(lambda as Resource));
});

it('a denied request is told which permission it lacks', () => {
  const answer = ofType('AWS::ApiGateway::GatewayResponse').find(
    ({ properties }) => properties['ResponseType'] === 'ACCESS_DENIED',
  )?.properties;
  expect(answer).toMatchObject({ StatusCode: '403' });
  const templates = answer?.['ResponseTemplates'] as Record<string, string> | undefined;
  expect(JSON.parse(templates?.['application/json'] ?? '')).toMatchObject({
    status: 403,
    code: 'permission_denied',
    detail: 'This needs the permission $context.authorizer.needed.',
  });
});

it('the API is regional, since only regional endpoints keep a quiet stream open for minutes', () => {
  const [api] = ofType('AWS::ApiGateway::RestApi');
  expect(api?.properties).toMatchObject({ EndpointConfiguration: { Types: ['REGIONAL'] } });
});

it('requests are throttled, traced and logged with who asked', () => {
  const [stage] = ofType('AWS::ApiGateway::Stage');
  expect(stage?.properties).toMatchObject({
    StageName: 'v1',
    TracingEnabled: true,
    MethodSettings: expect.arrayContaining([
      expect.objectContaining({ HttpMethod: '*', ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 }),
    ]) as unknown,
  });
  expect(stage?.properties).toHaveProperty(
    'AccessLogSetting.Format',
    expect.stringContaining('$context.authorizer.principalId'),
  );
});

const settingsOf = (stage: Resource | undefined) =>
  z
    .array(
      z.object({
        HttpMethod: z.string(),
        ResourcePath: z.string(),
        LoggingLevel: z.string(),
        DataTraceEnabled: z.boolean(),
        MetricsEnabled: z.boolean(),
        ThrottlingRateLimit: z.number(),
      }),
    )
    .parse(stage?.properties['MethodSettings']);

it('an operation that streams or reads much has a limit of its own, and is logged and measured all the same', () => {
  const all = settingsOf(ofType('AWS::ApiGateway::Stage')[0]);
  const limits = new Map(
    // As CloudFormation writes the slashes of a path within a path.
    all.map((each) => [`${each.HttpMethod} ${each.ResourcePath.replaceAll('~1', '/')}`, each.ThrottlingRateLimit]),
  );
  expect(limits.get('GET //metrics/deployments')).toBe(5);
  for (const [, , contract] of operations.filter(([, , each]) => each.streams)) {
    expect(limits.get(`${contract.method} /${contract.path.slice('/v1'.length)}`), contract.path).toBe(20);
  }
  for (const each of all) {
    expect(each).toMatchObject({ LoggingLevel: 'ERROR', DataTraceEnabled: false, MetricsEnabled: true });
  }
});

it('the limit of the API follows the setting', () => {
  const resources = resourcesOf(deploymentServiceWith({ ...completeContext, requestsPerSecond: '400' }));
  const [stage] = resources.filter(({ type }) => type === 'AWS::ApiGateway::Stage');
  expect(stage?.properties).toMatchObject({
    MethodSettings: expect.arrayContaining([
      expect.objectContaining({ HttpMethod: '*', ThrottlingRateLimit: 400, ThrottlingBurstLimit: 800 }),
    ]) as unknown,
  });
});

it('the access log is JSON that tells who asked for what and how it ended, and holds no header, query or body', () => {
  const [stage] = ofType('AWS::ApiGateway::Stage');
  const { AccessLogSetting } = z
    .object({ AccessLogSetting: z.object({ Format: z.string() }) })
    .parse(stage?.properties);
  const fields = z.record(z.string(), z.string()).parse(JSON.parse(AccessLogSetting.Format));
  expect(Object.keys(fields)).toEqual(
    expect.arrayContaining([
      'requestId',
      'time',
      'operation',
      'status',
      'subject',
      'ip',
      'durationMs',
      'refusal',
      'firewall',
    ]),
  );
  // What a caller chooses freely could end a string and begin another field.
  for (const value of Object.values(fields))
    expect(value).not.toMatch(/header|query|body|userAgent|authorizer\.(?!principalId)/i);
});

it('what is no JSON object never reaches an operation that needs one', () => {
  const [validator] = ofType('AWS::ApiGateway::RequestValidator');
  expect(validator?.properties).toMatchObject({ ValidateRequestBody: true, ValidateRequestParameters: true });
  const [model] = ofType('AWS::ApiGateway::Model');
  expect(model?.properties).toMatchObject({ ContentType: 'application/json', Schema: { type: 'object' } });
  const checked = [...methods()].filter(([, { properties }]) => 'RequestValidatorId' in properties);
  expect(checked.map(([name]) => name).toSorted()).toEqual(
    expect.arrayContaining(['POST /v1/deployments', 'PUT /v1/services/{service}']),
  );
  for (const [name, { properties }] of checked) {
    expect(properties['RequestModels'], name).toEqual({ 'application/json': `${model?.stack}/${model?.id}` });
    // A provider signs its body whatever it is, and its signature is checked first.
    expect(name).not.toContain('webhooks');
  }
});

it('what API Gateway refuses by itself is a problem as well', () => {
  const answers = ofType('AWS::ApiGateway::GatewayResponse').map(({ properties }) => [
    properties['ResponseType'],
    properties['StatusCode'],
  ]);
  expect(answers).toEqual(
    expect.arrayContaining([
      ['UNAUTHORIZED', '401'],
      ['MISSING_AUTHENTICATION_TOKEN', '404'],
      ['THROTTLED', '429'],
      ['BAD_REQUEST_BODY', '422'],
      ['WAF_FILTERED', '403'],
      ['REQUEST_TOO_LARGE', '422'],
    ]),
  );
});
