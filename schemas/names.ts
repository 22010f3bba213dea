import * as z from 'zod';

/** Name of a service, the first part of its URLs, lock names and function names. */
export const serviceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/, 'must be 2 to 40 of a-z, 0-9 and "-", starting with a letter');

/** Name of an environment: `staging`, `production`, `pr-17`. */
export const environmentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be 1 to 31 of a-z, 0-9 and "-", starting with a letter');

/** A full commit id: a branch or a short id could name another commit tomorrow. */
export const commitId = z.string().regex(/^[0-9a-f]{40}$/, 'must be a full commit id: 40 hexadecimal digits');

export const deploymentId = z.string().regex(/^dep_[0-9A-HJKMNP-TV-Z]{26}$/, 'must be a deployment id (dep_…)');

/** An instant in UTC, ISO 8601 with milliseconds. */
export const instant = z.iso.datetime({ precision: 3 });
