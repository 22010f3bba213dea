import { describe, expect, test } from 'vitest';
import { permission } from '#schemas/api/permission.ts';
import { permissionsOf, reachOf, rolePermissions } from '#domain/access/permissions.ts';

describe('roles', () => {
  test.each([
    [['viewer'], ['deployment:read']],
    [['developer'], ['deployment:read', 'deployment:trigger']],
    [['release-engineer'], ['deployment:read', 'deployment:trigger', 'deployment:manage', 'deployment:rollback']],
    [['security'], ['deployment:read', 'policy:manage', 'audit:read']],
    [
      ['developer', 'security'],
      ['deployment:read', 'deployment:trigger', 'policy:manage', 'audit:read'],
    ],
    [[], []],
    [['owner', 'toString', '__proto__', 'constructor', '', 'Platform'], []],
  ])('%j bring %j', (roles, permissions) => {
    expect([...permissionsOf(roles)].toSorted()).toEqual(permissions.toSorted());
  });

  test('know only permissions that exist, and there is a role for each of them', () => {
    const granted = new Set(Object.values(rolePermissions).flat());
    expect([...granted].toSorted()).toEqual(permission.options.toSorted());
  });

  test.each([
    [['platform'], 'every-service'],
    [['viewer', 'platform'], 'every-service'],
    [['release-engineer'], 'own-services'],
    [['developer', 'security', 'viewer'], 'own-services'],
    [['Platform', 'toString', ''], 'own-services'],
    [[], 'own-services'],
  ])('%j reach %s', (roles, reach) => {
    expect(reachOf(roles)).toBe(reach);
  });
});
