import { ServiceFault } from '#local/gateway/wire.ts';

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * The period of `rate(5 minutes)` in milliseconds; EventBridge wants the singular for one, and the plural else.
 *
 * @throws ServiceFault `ValidationException`, for `cron(…)` too
 */
export function rateMs(expression: string): number {
  const [, amount = '', unit = '', plural = ''] = /^rate\((\d{1,6}) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const count = Number(amount);
  if (count < 1 || (plural === 's') === (count === 1)) {
    throw new ServiceFault(
      'ValidationException',
      `Parameter ScheduleExpression is not valid: ${expression}. The local endpoint takes rate(…) only.`,
    );
  }
  return count * UNIT_MS[unit as keyof typeof UNIT_MS];
}
