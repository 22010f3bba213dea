import { expect, test } from 'vitest';
import { notifications } from '#schemas/service/notifications.ts';
import { audienceOf } from '#domain/notification/audience.ts';

const manifest = {
  notifications: notifications.parse([
    { type: 'slack', webhook: 'secretsmanager:orders/slack' },
    { type: 'slack', webhook: 'secretsmanager:orders/slack', events: ['deployment.failed', 'deployment.succeeded'] },
    { type: 'email', addresses: ['ops@example.com', 'OPS@example.com'], environments: ['production'] },
    { type: 'email', addresses: ['all@example.com'], events: ['deployment.succeeded'] },
  ]),
};
const slack = { kind: 'slack', webhook: 'secretsmanager:orders/slack' };

test.each([
  ['deployment.failed', 'staging', [slack]],
  ['deployment.failed', 'production', [slack, { kind: 'email', address: 'OPS@example.com' }]],
  ['deployment.succeeded', 'production', [slack, { kind: 'email', address: 'all@example.com' }]],
  ['deployment.started', 'production', []],
  ['deployment.superseded', 'production', []],
] as const)('%s in %s is for those whose rules name both, each once', (type, environment, audience) => {
  expect(audienceOf(manifest, type, environment)).toEqual(audience);
});

test('without rules nobody hears of anything', () => {
  expect(audienceOf({}, 'deployment.failed', 'staging')).toEqual([]);
});
