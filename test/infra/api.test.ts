import { describe, expect, it } from 'vitest';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { arnOf, ofType, type Resource } from './synthesized.ts';

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
    MethodSettings: [expect.objectContaining({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 })],
  });
  expect(stage?.properties).toHaveProperty(
    'AccessLogSetting.Format',
    expect.stringContaining('$context.authorizer.principalId'),
  );
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
    ]),
  );
});
