import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';

export const ACCOUNT = '000000000000';
export const REGION = 'eu-west-1';
const ARN_PREFIX = `arn:aws:events:${REGION}:${ACCOUNT}:`;

export const Name = z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/, 'must have 1 to 64 letters, digits, ., - or _');
/** A bus by name or by ARN; without one, the default bus. */
export const BusReference = z.string().min(1).max(1600).default('default').transform(busName);
export const Limit = z.int().min(1).max(100).optional();
export const NextToken = z.string().min(1).optional();

export function busArn(bus: string): string {
  return `${ARN_PREFIX}event-bus/${bus}`;
}

export function ruleArn(bus: string, rule: string): string {
  return `${ARN_PREFIX}rule/${bus === 'default' ? '' : `${bus}/`}${rule}`;
}

export function archiveArn(archive: string): string {
  return `${ARN_PREFIX}archive/${archive}`;
}

function busName(reference: string): string {
  const prefix = busArn('');
  return reference.startsWith(prefix) ? reference.slice(prefix.length) : reference;
}

/** One page of a listing in name order; the token is the last name shown. */
export function pageOf<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { Limit = 100, NextToken }: { Limit?: number | undefined; NextToken?: string | undefined },
): { readonly page: readonly T[]; readonly NextToken?: string } {
  const rest = NextToken === undefined ? items : items.filter((item) => nameOf(item) > NextToken);
  const page = rest.slice(0, Limit);
  const last = page.at(-1);
  return { page, ...(last !== undefined && rest.length > page.length ? { NextToken: nameOf(last) } : {}) };
}

export function notFound(message: string): ServiceFault {
  return new ServiceFault('ResourceNotFoundException', message);
}

export function invalid(message: string): ServiceFault {
  return new ServiceFault('ValidationException', message);
}
