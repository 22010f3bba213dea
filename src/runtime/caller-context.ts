import * as z from 'zod';
import { permission, type Permission } from '#schemas/api/permission.ts';
import { permissionsOf, reachOf, type Reach } from '#domain/access/permissions.ts';
import type { TokenClaims } from '#ports/token-verifier.ts';

/** What the authorizer tells the operations of a token. API Gateway carries text, numbers and booleans only. */
export interface CallerContext {
  /** Separated by blanks. */
  readonly permissions: string;
  /** A JSON list, because a group's name may have blanks. */
  readonly groups: string;
  readonly reach: Reach;
  readonly email?: string;
  /** Seconds since the epoch. An answer of the authorizer is cached, and the token may end before the cache does. */
  readonly validUntil: number;
}

export function contextOf({ roles, groups, email, expiresAt }: TokenClaims): CallerContext {
  return {
    permissions: [...permissionsOf(roles)].join(' '),
    groups: JSON.stringify(groups),
    reach: reachOf(roles),
    ...(email !== undefined && { email }),
    validUntil: expiresAt,
  };
}

type Unread = Readonly<Record<string, unknown>>;

export interface ContextCaller {
  readonly subject: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly groups: ReadonlySet<string>;
  readonly reach: Reach;
  readonly email?: string;
}

const groupList = z.array(z.string());

/** The way back. What is absent, or is not as `contextOf` writes it, brings nothing. */
export function callerIn(context: Unread): ContextCaller {
  const email = context['email'];
  return {
    subject: textOf(context['principalId']) || 'anonymous',
    permissions: new Set(
      textOf(context['permissions'])
        .split(' ')
        .flatMap((each) => permission.safeParse(each).data ?? []),
    ),
    groups: new Set(groupsIn(textOf(context['groups']))),
    reach: context['reach'] === ('every-service' satisfies Reach) ? 'every-service' : 'own-services',
    ...(typeof email === 'string' && email !== '' && { email }),
  };
}

/** Whether the token had ended when the request came in. */
export function isOutdated(context: Unread, requestTimeMs: number): boolean {
  const until = context['validUntil'];
  return until !== undefined && !(Number(until) * 1000 > requestTimeMs);
}

function groupsIn(text: string): readonly string[] {
  try {
    return groupList.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
