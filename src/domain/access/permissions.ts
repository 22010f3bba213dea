import type { Permission } from '#schemas/api/permission.ts';

/** What each role of a token brings. Read it aloud: a viewer reads; a developer also triggers; … */
export const rolePermissions = {
  viewer: ['deployment:read'],
  developer: ['deployment:read', 'deployment:trigger'],
  'release-engineer': ['deployment:read', 'deployment:trigger', 'deployment:manage', 'deployment:rollback'],
  platform: [
    'deployment:read',
    'deployment:trigger',
    'deployment:manage',
    'deployment:rollback',
    'environment:manage',
    'audit:read',
  ],
  security: ['deployment:read', 'policy:manage', 'audit:read'],
} as const satisfies Record<string, readonly Permission[]>;

/** The permissions of all roles together; an unknown role brings none. */
export function permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
  const table: Readonly<Record<string, readonly Permission[]>> = rolePermissions;
  return new Set(roles.flatMap((role) => (Object.hasOwn(table, role) ? (table[role] ?? []) : [])));
}
