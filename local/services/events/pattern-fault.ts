import { ServiceFault } from '#local/gateway/wire.ts';

export function invalidPattern(reason: string): ServiceFault {
  return new ServiceFault('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
