import type { Caller } from './caller.ts';

interface Trigger {
  readonly subject: string;
  readonly email?: string | undefined;
  readonly correlationId: string;
  readonly traceId: string;
}

/**
 * Who asks for a deployment that a push or a promotion asks for. That the service may be deployed follows from its own
 * manifest and not from anybody's groups; the person behind it stays named, so that they cannot approve their own work.
 */
export function triggerCaller({ subject, email, correlationId, traceId }: Trigger): Caller {
  return {
    subject,
    permissions: new Set(),
    groups: new Set(),
    reach: 'every-service',
    correlationId,
    traceId,
    ...(email !== undefined && { email }),
  };
}
