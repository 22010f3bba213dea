import { InvalidArgumentError } from 'commander';

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `90s`, `15m`, `2h`, `7d` in milliseconds.
 *
 * @throws InvalidArgumentError, which commander reports together with the option's name
 */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})\s*(s|m|min|h|d)$/.exec(text);
  const [, count = '', unit = ''] = match ?? [];
  const milliseconds = Number(count) * (unitsMs[unit] ?? 0);
  if (milliseconds <= 0) throw new InvalidArgumentError('Give a duration like 90s, 15m, 2h or 7d.');
  return milliseconds;
}
