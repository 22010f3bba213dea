import type { Permission } from '#schemas/api/permission.ts';
import type { Membership } from '#domain/access/ownership.ts';

/** Who asks, and under which ids the request is found again. */
export interface Caller extends Membership {
  /** Subject of the token. */
  readonly subject: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Where to reach them, when the token says so and the issuer vouches for it. */
  readonly email?: string;
  readonly correlationId: string;
  readonly traceId: string;
}
