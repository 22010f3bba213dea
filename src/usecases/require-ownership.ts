import { mayActFor, type Membership } from '#domain/access/ownership.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Service } from '#domain/service/service.ts';

/**
 * Every operation that changes something of a service asks this as soon as the service has been read, and before it
 * answers with anything stored: neither an idempotency key nor a deployment on its way may tell a stranger anything.
 *
 * @throws Refusal `permission_denied`, with the group that owns the service
 */
export function requireOwnership(caller: Membership, { name, owner }: Pick<Service, 'name' | 'owner'>): void {
  if (mayActFor(caller, owner)) return;
  throw new Refusal(
    'permission_denied',
    `Service "${name}" belongs to the group "${owner}", and your token names no such group. Ask somebody of that group, or to be taken into it; the role platform may act on every service.`,
  );
}

/**
 * That a registration names an owner for whom the caller may speak, so that nobody gives a service away, or takes on work
 * for others.
 *
 * @throws Refusal `permission_denied`
 */
export function requireOwnGroup(caller: Membership, owner: string): void {
  if (mayActFor(caller, owner)) return;
  const own = [...caller.groups];
  throw new Refusal(
    'permission_denied',
    `The owner "${owner}" is none of your groups${own.length === 0 ? '; your token names none' : `, which are ${own.join(', ')}`}. Name one of yours, or have somebody with the role platform register it.`,
  );
}
