import type { Caller } from '#usecases/caller.ts';

/** Somebody who may act on every service, unless said otherwise. */
export function aCaller(subject = 'ada', changes: Partial<Caller> = {}): Caller {
  return {
    subject,
    permissions: new Set(),
    groups: new Set(),
    reach: 'every-service',
    correlationId: 'corr',
    traceId: '0'.repeat(32),
    ...changes,
  };
}

/** Somebody whose token names these groups and no role that reaches further. */
export function aMember(subject: string, ...groups: readonly string[]): Caller {
  return aCaller(subject, { reach: 'own-services', groups: new Set(groups) });
}
