import type { Caller } from '#usecases/caller.ts';

export function aCaller(subject = 'ada'): Caller {
  return { subject, permissions: new Set(), correlationId: 'corr', traceId: '0'.repeat(32) };
}
