import { invalidParameter } from './faults.ts';

/** One page of a list as Lambda's `Marker` and `MaxItems` ask for it. The marker is the offset, opaque to callers. */
export function page<T>(
  items: readonly T[],
  query: URLSearchParams,
  mostItems: number,
): { items: T[]; NextMarker?: string } {
  const from = Number(Buffer.from(query.get('Marker') ?? '', 'base64url').toString() || '0');
  const asked = Number(query.get('MaxItems') ?? mostItems);
  if (!Number.isInteger(from) || from < 0) throw invalidParameter('The Marker is none that this service gave.');
  if (!Number.isInteger(asked) || asked < 1) throw invalidParameter('MaxItems must be a whole number from 1 on.');
  const to = from + Math.min(asked, mostItems);
  return {
    items: items.slice(from, to),
    ...(to < items.length ? { NextMarker: Buffer.from(String(to)).toString('base64url') } : {}),
  };
}
