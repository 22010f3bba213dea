import { expect, test } from 'vitest';
import { resolveTarget, type TargetRequest } from '#domain/service/target.ts';

const installation = { region: 'eu-west-1', serviceUrlTemplate: 'https://{service}.{environment}.example.com' };
const deployRole = 'arn:aws:iam::222222222222:role/deployment-service/deploy/shop';

test.each<TargetRequest>([
  { kind: 'lambda', deployRole },
  { kind: 'ecs', controller: 'ecs', deployRole },
])('a deploy role is told which service and environment it is taken on for: $kind', (request) => {
  expect(resolveTarget('orders', 'production', request, installation)).toMatchObject({
    deployRole,
    externalId: 'deployment-service/orders/production',
  });
});

test('the words differ for every service and environment, even where their names run into each other', () => {
  const words = [
    ['orders', 'staging'],
    ['orders', 'production'],
    ['orders-eu', 'staging'],
  ].map(([service = '', environment = '']) => {
    const { externalId } = resolveTarget(service, environment, { kind: 'lambda', deployRole }, installation);
    return externalId;
  });
  expect(new Set(words).size).toBe(3);
  // As STS takes them.
  for (const each of words) expect(each).toMatch(/^[\w+=,.@:/-]{2,1224}$/);
});

test('a target without a deploy role is told nothing', () => {
  expect(resolveTarget('orders', 'staging', { kind: 'lambda' }, installation)).toEqual({
    kind: 'lambda',
    functionName: 'orders-staging',
    alias: 'live',
    url: 'https://orders.staging.example.com',
  });
});
