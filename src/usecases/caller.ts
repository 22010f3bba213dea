import type { Permission } from '#schemas/api/permission.ts';

/** Who asks, and under which ids the request is found again. */
export interface Caller {
  /** Subject of the token. */
  readonly subject: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly correlationId: string;
  readonly traceId: string;
}
