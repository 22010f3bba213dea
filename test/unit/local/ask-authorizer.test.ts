import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { askAuthorizer } from '#local/api/ask-authorizer.ts';
import { matchRoute } from '#local/api/routes.ts';

const base = 'arn:aws:execute-api:eu-west-1:000000000000:local/v1';
const path = `/v1/deployments/dep_${'0'.repeat(26)}/logs`;

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Resource: string | string[];
}

async function asking(answer: (event: unknown) => unknown, authorization: string | undefined = 'Bearer a.b.c') {
  const match = matchRoute('GET', path);
  if (match.kind !== 'route') throw new Error('There is no such route.');
  const events: unknown[] = [];
  const request = { method: 'GET', headers: authorization === '' ? {} : { authorization } } as IncomingMessage;
  const asked = { ...match, request, url: new URL(`http://api${path}?after=3`), requestId: 'r1' };
  const verdict = await askAuthorizer(async (event) => {
    events.push(event);
    return answer(event);
  }, asked);
  return { verdict, events };
}

const policy = (...statements: readonly Statement[]) => ({
  principalId: 'ada',
  context: { needed: 'deployment:read' },
  policyDocument: {
    Version: '2012-10-17',
    Statement: statements.map((each) => ({ Action: 'execute-api:Invoke', ...each })),
  },
});

describe('the authorizer is asked', () => {
  test('about the request as API Gateway tells it: the stage is no part of resource and path', async () => {
    const { events } = await asking(() => policy({ Effect: 'Allow', Resource: '*' }));
    expect(events).toMatchObject([
      {
        type: 'REQUEST',
        methodArn: `${base}/GET/deployments/dep_${'0'.repeat(26)}/logs`,
        resource: '/deployments/{deploymentId}/logs',
        path: `/deployments/dep_${'0'.repeat(26)}/logs`,
        httpMethod: 'GET',
        headers: { authorization: 'Bearer a.b.c' },
        requestContext: { stage: 'v1' },
      },
    ]);
  });

  test('not at all without the header', async () => {
    const { verdict, events } = await asking(() => policy({ Effect: 'Allow', Resource: '*' }), '');
    expect([verdict, events]).toEqual([{ kind: 'unauthorized' }, []]);
  });

  test('and what it throws is 401 only when it says so', async () => {
    const throwing = (message: string) => () => {
      throw new Error(message);
    };
    expect((await asking(throwing('Unauthorized'))).verdict).toEqual({ kind: 'unauthorized' });
    await expect(asking(throwing('The issuer is away.'))).rejects.toThrow('The issuer is away.');
  });
});

describe('its policy', () => {
  const allow = (Resource: string | string[]): Statement => ({ Effect: 'Allow', Resource });
  const deny = (Resource: string | string[]): Statement => ({ Effect: 'Deny', Resource });

  test.each<readonly [string, readonly Statement[], 'allowed' | 'denied']>([
    ['that allows the operation', [allow(`${base}/GET/deployments/*/logs`)], 'allowed'],
    ['that allows one of several', [allow([`${base}/PUT/*`, `${base}/GET/deployments/*/log?`])], 'allowed'],
    ['whose star goes past slashes', [allow(`${base}/GET/deployments/*`)], 'allowed'],
    ['that allows another method', [allow(`${base}/POST/deployments/*`)], 'denied'],
    ['that allows another stage', [allow(`${base.replace('/v1', '/v2')}/*`)], 'denied'],
    ['that allows the beginning only', [allow(`${base}/GET/deployments`)], 'denied'],
    ['whose dot is a dot', [allow(`${base}/GET/deployments/.*/logs`)], 'denied'],
    ['that denies', [deny(`${base}/GET/deployments/*/logs`)], 'denied'],
    ['that allows all and denies this', [allow('*'), deny(`${base}/GET/*`)], 'denied'],
    ['that says nothing', [], 'denied'],
  ])('%s: the request is decided', async (_, statements, kind) => {
    const { verdict } = await asking(() => policy(...statements));
    expect(verdict).toEqual({ kind, context: { principalId: 'ada', needed: 'deployment:read' } });
  });
});
