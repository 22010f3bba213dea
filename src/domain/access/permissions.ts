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

/** On which services a caller may use the permissions that change something: those of the own groups, or every one. */
export type Reach = 'own-services' | 'every-service';

/**
 * Roles that are not about some team's services. It is `platform` alone: it runs the installation and has to act when an
 * owner is asleep. What a release engineer may do says nothing about for whom, so that one needs the group as well; who is
 * to serve every team gets `platform`, where it can be seen.
 */
const installationWide: ReadonlySet<string> = new Set<keyof typeof rolePermissions>(['platform']);

/** How far all roles together reach. */
export function reachOf(roles: readonly string[]): Reach {
  return roles.some((role) => installationWide.has(role)) ? 'every-service' : 'own-services';
}

/** The same words wherever a permission is missing: in the operation, and in front of it. */
export function neededPermission(permission: string): string {
  return `This needs the permission ${permission}.`;
}

/** The permissions of all roles together; an unknown role brings none. */
export function permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
  const table: Readonly<Record<string, readonly Permission[]>> = rolePermissions;
  return new Set(roles.flatMap((role) => (Object.hasOwn(table, role) ? (table[role] ?? []) : [])));
}
