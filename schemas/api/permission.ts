import * as z from 'zod';

/** What somebody may do. `src/domain/access/permissions.ts` says which role brings which. */
export const permission = z.enum([
  'deployment:read',
  'deployment:trigger',
  'deployment:manage',
  'deployment:rollback',
  'environment:manage',
  'policy:manage',
  'audit:read',
]);
export type Permission = z.infer<typeof permission>;
