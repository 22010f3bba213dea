import { expect, test } from 'vitest';
import { mayActFor } from '#domain/access/ownership.ts';

test.each([
  { groups: ['shop'], reach: 'own-services', owner: 'shop', may: true },
  { groups: ['search', 'shop'], reach: 'own-services', owner: 'shop', may: true },
  { groups: ['search'], reach: 'own-services', owner: 'shop', may: false },
  { groups: [], reach: 'own-services', owner: 'shop', may: false },
  { groups: ['Shop', 'shop ', 'shop-eu', 'sho', '*', ''], reach: 'own-services', owner: 'shop', may: false },
  { groups: [], reach: 'every-service', owner: 'shop', may: true },
  { groups: ['search'], reach: 'every-service', owner: 'shop', may: true },
] as const)('in $groups with the reach of $reach one may act for $owner: $may', ({ groups, reach, owner, may }) => {
  expect(mayActFor({ groups: new Set(groups), reach }, owner)).toBe(may);
});
