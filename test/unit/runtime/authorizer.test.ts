import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { Deps } from '#ports/deps.ts';
import type { TokenClaims } from '#ports/token-verifier.ts';
import { authorize } from '#runtime/authorizer.ts';
import { withDeps } from '#runtime/deps.ts';

const stageArn = 'arn:aws:execute-api:eu-west-1:000000000000:abc123/v1';
const expiresAt = 1_767_268_800;

interface Asked {
  readonly header?: string | undefined;
  readonly headerName?: string;
  readonly claims?: TokenClaims | undefined | Error;
  /** Method and path of the contract without its stage. */
  readonly operation?: readonly [method: string, resource: string];
}

function claimsOf(roles: readonly string[], more: Partial<TokenClaims> = {}): TokenClaims {
  return { subject: 'ada', roles, groups: [], expiresAt, ...more };
}

async function authorizing(asked: Asked) {
  const { headerName = 'Authorization', operation: [httpMethod, resource] = ['GET', '/deployments'] } = asked;
  const header = 'header' in asked ? asked.header : 'Bearer aa.bb.cc';
  const seen: string[] = [];
  const tokens = {
    async verify(token: string) {
      seen.push(token);
      if (asked.claims instanceof Error) throw asked.claims;
      return asked.claims;
    },
  };
  const event = {
    type: 'REQUEST',
    httpMethod,
    resource,
    methodArn: `${stageArn}/${httpMethod}${resource.replaceAll(/\{\w+\}/g, 'x1')}`,
    headers: header === undefined ? null : { [headerName]: header },
    requestContext: { stage: 'v1' },
  } as unknown as APIGatewayRequestAuthorizerEvent;
  const answer = await withDeps({ tokens } as unknown as Deps, () => authorize(event)).catch((error: Error) => error);
  return { answer, seen };
}

describe('the authorizer', () => {
  test('tells an operation who asks: subject, permissions, groups, reach, address and until when', async () => {
    const groups = ['shop', 'the "night" shift'];
    const claims = claimsOf(['developer', 'security'], { groups, email: 'ada@example.com' });
    const { answer, seen } = await authorizing({ claims });
    expect(seen).toEqual(['aa.bb.cc']);
    expect(answer).toEqual({
      principalId: 'ada',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: `${stageArn}/GET/deployments` }],
      },
      context: {
        permissions: 'deployment:read deployment:trigger policy:manage audit:read',
        groups: String.raw`["shop","the \"night\" shift"]`,
        reach: 'own-services',
        email: 'ada@example.com',
        validUntil: expiresAt,
        needed: 'deployment:read',
      },
    });
  });

  test.each([
    ['viewer', ['GET', '/deployments'], 'Allow', 'GET/deployments'],
    ['viewer', ['GET', '/deployments/{deploymentId}/logs'], 'Allow', 'GET/deployments/*/logs'],
    ['viewer', ['POST', '/deployments'], 'Deny', 'POST/deployments'],
    ['developer', ['POST', '/deployments'], 'Allow', 'POST/deployments'],
    ['developer', ['PUT', '/services/{service}'], 'Deny', 'PUT/services/*'],
    ['platform', ['PUT', '/services/{service}'], 'Allow', 'PUT/services/*'],
    ['security', ['POST', '/deployments'], 'Deny', 'POST/deployments'],
    ['no-such-role', ['GET', '/deployments'], 'Deny', 'GET/deployments'],
    // Nothing that the catalog does not know.
    ['platform', ['GET', '/elsewhere'], 'Deny', 'GET/elsewhere'],
    ['platform', ['DELETE', '/deployments'], 'Deny', 'DELETE/deployments'],
  ] as const)('answers a %s who wants %j with %s on all of %s', async (role, operation, effect, pattern) => {
    const { answer } = await authorizing({ claims: claimsOf([role]), operation });
    expect(answer).toMatchObject({
      policyDocument: { Statement: [{ Effect: effect, Resource: `${stageArn}/${pattern}` }] },
    });
  });

  test('names the permission that is missing', async () => {
    const { answer } = await authorizing({ claims: claimsOf(['viewer']), operation: ['POST', '/deployments'] });
    expect(answer).toMatchObject({ context: { needed: 'deployment:trigger' } });
  });

  test('reads the header however its name is written', async () => {
    const { answer } = await authorizing({ claims: claimsOf(['viewer']), headerName: 'aUTHORIZATION' });
    expect(answer).toMatchObject({ principalId: 'ada' });
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'aa.bb.cc',
    'Bearer aa.bb',
    'Bearer aa.bb.cc.dd',
    'Bearer aa.bb.',
    'Bearer aa.bb.cc x',
  ])('answers 401 to %j without asking for keys', async (header) => {
    const { answer, seen } = await authorizing({ header, claims: claimsOf(['platform']) });
    expect(answer).toEqual(new Error('Unauthorized'));
    expect(seen).toEqual([]);
  });

  test('answers 401 to a token that is not good', async () => {
    expect((await authorizing({ claims: undefined })).answer).toEqual(new Error('Unauthorized'));
  });

  test('does not call a token bad when the keys cannot be had', async () => {
    const { answer } = await authorizing({ claims: new Error('The issuer is away.') });
    expect(answer).toEqual(new Error('The issuer is away.'));
  });
});
