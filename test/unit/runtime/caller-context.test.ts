import { describe, expect, test } from 'vitest';
import { createDeployment } from '#schemas/api/create-deployment.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import type { ApiContract } from '#schemas/api/contract.ts';
import { readRequest } from '#runtime/api-request.ts';
import { apiEvent } from './api-event.ts';

const requestTimeEpoch = Date.UTC(2026, 0, 1, 12);
const nowSeconds = requestTimeEpoch / 1000;

function asking(context: Readonly<Record<string, unknown>>, contract: ApiContract = listDeployments) {
  const event = apiEvent();
  const authorizer = { principalId: 'ada', permissions: 'deployment:read', ...context };
  return readRequest(contract, { ...event, requestContext: { ...event.requestContext, requestTimeEpoch, authorizer } });
}

describe('a caller', () => {
  test('comes out of the context as the authorizer put it in', () => {
    const { caller } = asking({
      groups: '["shop","the night shift"]',
      reach: 'every-service',
      email: 'ada@example.com',
      // API Gateway hands on numbers as text.
      validUntil: String(nowSeconds + 1),
    });
    expect(caller).toMatchObject({ subject: 'ada', reach: 'every-service', email: 'ada@example.com' });
    expect([...caller.groups]).toEqual(['shop', 'the night shift']);
  });

  test.each([undefined, '', 'shop', '{"shop":true}', '[1]', '[["shop"]]', 'null', 7])(
    'is in no group when the context says %j',
    (groups) => {
      expect(asking({ groups }).caller.groups.size).toBe(0);
    },
  );

  test.each([undefined, '', 'all', 'Every-Service', true, 'own-services'])(
    'reaches the own services only when the context says %j',
    (reach) => {
      expect(asking({ reach }).caller.reach).toBe('own-services');
    },
  );

  test.each([undefined, ''])('has no address when the context says %j', (email) => {
    expect(asking({ email }).caller).not.toHaveProperty('email');
  });
});

describe('a token that ended after the authorizer had seen it', () => {
  test.each([nowSeconds, nowSeconds - 1, String(nowSeconds - 300), 'soon', ''])(
    'at %j is nobody’s any more',
    (until) => {
      expect(() => asking({ validUntil: until })).toThrow(
        expect.objectContaining({ code: 'unauthenticated' }) as Error,
      );
    },
  );

  test('is refused before its permissions are looked at', () => {
    const stale = { validUntil: nowSeconds - 1, permissions: '' };
    expect(() => asking(stale, createDeployment)).toThrow('The token has expired.');
  });
});
