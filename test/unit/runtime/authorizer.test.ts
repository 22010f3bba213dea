import type { APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { permission } from '#schemas/api/permission.ts';
import { rolePermissions } from '#domain/access/permissions.ts';
import type { Deps } from '#ports/deps.ts';
import type { TokenClaims } from '#ports/token-verifier.ts';
import { authorize } from '#runtime/authorizer.ts';
import { withDeps } from '#runtime/deps.ts';

const methodArn = 'arn:aws:execute-api:eu-west-1:000000000000:abc123/live/GET/v1/deployments/dep_1';

async function authorizing(authorizationToken: string | undefined, claims: TokenClaims | undefined | Error) {
  const asked: string[] = [];
  const tokens = {
    async verify(token: string) {
      asked.push(token);
      if (claims instanceof Error) throw claims;
      return claims;
    },
  };
  const event = { type: 'TOKEN', methodArn, authorizationToken } as APIGatewayTokenAuthorizerEvent;
  const answer = await withDeps({ tokens } as unknown as Deps, () => authorize(event)).catch((error: Error) => error);
  return { answer, asked };
}

const ada = { subject: 'ada', roles: ['developer', 'security'] };

describe('the authorizer', () => {
  test('lets a good token through to every route of its stage, with what its roles bring', async () => {
    const { answer, asked } = await authorizing('Bearer aa.bb.cc', ada);
    expect(asked).toEqual(['aa.bb.cc']);
    expect(answer).toEqual({
      principalId: 'ada',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'execute-api:Invoke',
            Effect: 'Allow',
            Resource: 'arn:aws:execute-api:eu-west-1:000000000000:abc123/live/*',
          },
        ],
      },
      context: { permissions: 'deployment:read deployment:trigger policy:manage audit:read' },
    });
  });

  test('lets somebody without a known role through with no permission at all', async () => {
    for (const role of ['owner', 'toString', '__proto__', 'constructor', '']) {
      const { answer } = await authorizing('bearer aa.bb.cc', { subject: 'eve', roles: [role] });
      expect(answer).toMatchObject({ principalId: 'eve', context: { permissions: '' } });
    }
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
    const { answer, asked } = await authorizing(header, ada);
    expect(answer).toEqual(new Error('Unauthorized'));
    expect(asked).toEqual([]);
  });

  test('answers 401 to a token that is not good', async () => {
    expect((await authorizing('Bearer aa.bb.cc', undefined)).answer).toEqual(new Error('Unauthorized'));
  });

  test('does not call a token bad when the keys cannot be had', async () => {
    const { answer } = await authorizing('Bearer aa.bb.cc', new Error('The issuer is away.'));
    expect(answer).toEqual(new Error('The issuer is away.'));
  });

  test('knows only permissions that exist, and someone for each of them', () => {
    const granted = new Set(Object.values(rolePermissions).flat());
    expect([...granted].toSorted()).toEqual(permission.options.toSorted());
  });
});
