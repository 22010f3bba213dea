import { expect, test } from 'vitest';
import { queueChanges } from '#runtime/queue-changes.ts';

const record = (eventName: string, pk: string, sk: string, image?: Record<string, string>) => ({
  eventName,
  dynamodb: {
    Keys: { pk: { S: pk }, sk: { S: sk } },
    ...(image && { NewImage: Object.fromEntries(Object.entries(image).map(([name, S]) => [name, { S }])) }),
  },
});

test('a batch of the stream says which slots to look at, whose runners were granted, and whether more can be given', () => {
  const Records = [
    record('MODIFY', 'SLOT#orders#staging', 'LOCK', { last: 'x' }),
    record('INSERT', 'SLOT#orders#staging', 'Q#2#2026#dep_1', { token: 'waits' }),
    record('INSERT', 'SLOT#billing#pr-17', 'Q#3#2026#dep_2', { token: 'waits' }),
    record('INSERT', 'CAP#build', 'HOLD#dep_3', { token: 'granted' }),
  ];
  expect(queueChanges.parse({ Records })).toEqual({
    slots: [
      { service: 'orders', environment: 'staging' },
      { service: 'billing', environment: 'pr-17' },
    ],
    runners: false,
    granted: ['granted'],
  });
});

test.each([
  ['one more waits', 'INSERT', 'Q#2#2026#dep_1', true],
  ['a runner is given back', 'REMOVE', 'HOLD#dep_1', true],
  ['somebody left the queue', 'REMOVE', 'Q#2#2026#dep_1', false],
  ['the pool itself changed', 'MODIFY', 'META', false],
])('runners are given out when %s', (_, eventName, sk, expected) => {
  const { runners, granted } = queueChanges.parse({ Records: [record(eventName, 'CAP#build', sk)] });
  expect({ runners, granted }).toEqual({ runners: expected, granted: [] });
});
