import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileTimes } from '#local/services/scheduler/next-time.ts';

const START = Date.UTC(2026, 0, 1);
/** The first times of an expression from an instant on. */
function timesOf(expression: string, { from = START, zone = 'UTC', count = 3 } = {}): string[] {
  const times = compileTimes(expression, zone, from);
  const found: number[] = [];
  for (let next = times.first(from); next !== undefined && found.length < count; next = times.after(next)) {
    found.push(next);
  }
  return found.map((each) => new Date(each).toISOString().slice(0, 16));
}

describe('a cron expression', () => {
  // January 1st, 2026 is a Thursday.
  it.each([
    ['0 10 * * ? *', '2026-01-01T10:00', '2026-01-02T10:00', '2026-01-03T10:00'],
    ['15 12 * * ? *', '2026-01-01T12:15', '2026-01-02T12:15', '2026-01-03T12:15'],
    ['0 18 ? * MON-FRI *', '2026-01-01T18:00', '2026-01-02T18:00', '2026-01-05T18:00'],
    ['0 8 1 * ? *', '2026-01-01T08:00', '2026-02-01T08:00', '2026-03-01T08:00'],
    ['0/20 8-9 ? * 2 *', '2026-01-05T08:00', '2026-01-05T08:20', '2026-01-05T08:40'],
    ['0 0 L * ? *', '2026-01-31T00:00', '2026-02-28T00:00', '2026-03-31T00:00'],
    ['0 0 LW * ? *', '2026-01-30T00:00', '2026-02-27T00:00', '2026-03-31T00:00'],
    ['0 0 1W * ? *', '2026-01-01T00:00', '2026-02-02T00:00', '2026-03-02T00:00'],
    ['0 0 31W * ? *', '2026-01-30T00:00', '2026-03-31T00:00', '2026-05-29T00:00'],
    ['0 0 ? * 6L *', '2026-01-30T00:00', '2026-02-27T00:00', '2026-03-27T00:00'],
    ['0 0 ? * TUE#2 *', '2026-01-13T00:00', '2026-02-10T00:00', '2026-03-10T00:00'],
    ['0 0 ? * L *', '2026-01-03T00:00', '2026-01-10T00:00', '2026-01-17T00:00'],
    ['0 0 ? * SUN,3 *', '2026-01-04T00:00', '2026-01-06T00:00', '2026-01-11T00:00'],
    ['0 0 29 2 ? *', '2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00'],
    ['0 0 1 1/6 ? 2027-2028', '2027-01-01T00:00', '2027-07-01T00:00', '2028-01-01T00:00'],
    ['30 6 25 DEC ? 2026', '2026-12-25T06:30'],
    ['0 0 30 2 ? *'],
    ['0 0 * * ? 2025'],
  ])('%s means its times', (fields, ...expected) => {
    expect(timesOf(`cron(${fields})`)).toEqual(expected);
  });

  it('fires at every minute that its fields name, and at no other', () => {
    const pick = (least: number, most: number) =>
      fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        pick(0, 59),
        pick(0, 23),
        pick(1, 31),
        fc.integer({ min: 0, max: 5e7 }),
        (minutes, hours, days, at) => {
          const from = START + at * 1000;
          const [found] = timesOf(`cron(${minutes.join()} ${hours.join()} ${days.join()} * ? *)`, { from, count: 1 });
          let minute = Math.ceil(from / 60_000) * 60_000;
          const named = (instant: Date): boolean =>
            minutes.includes(instant.getUTCMinutes()) &&
            hours.includes(instant.getUTCHours()) &&
            days.includes(instant.getUTCDate());
          while (!named(new Date(minute))) minute += 60_000;
          expect(found).toBe(new Date(minute).toISOString().slice(0, 16));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('follows the wall of its time zone: skips what a change of clocks leaves out, fires once where it comes twice', () => {
    // Berlin goes to summer time on March 29th, 2026, 01:00 UTC, and back on October 25th, 01:00 UTC.
    const berlin = (from: number) => timesOf('cron(30 2 * * ? *)', { from, zone: 'Europe/Berlin' });
    expect(berlin(Date.UTC(2026, 2, 28))).toEqual(['2026-03-28T01:30', '2026-03-30T00:30', '2026-03-31T00:30']);
    expect(berlin(Date.UTC(2026, 9, 24, 12))).toEqual(['2026-10-25T00:30', '2026-10-26T01:30', '2026-10-27T01:30']);
  });

  it.each([
    '0 0 * * ?',
    '0 0 * * * *',
    '0 0 ? * ? *',
    '60 0 * * ? *',
    '0 24 * * ? *',
    '0 0 32 * ? *',
    '0 0 ? * 8 *',
    '0 0 ? * MON#6 *',
    '5-1 0 * * ? *',
    '0/0 0 * * ? *',
    'x 0 * * ? *',
    '0 0 1 FOO ? *',
  ])('%s is refused', (fields) => {
    expect(() => timesOf(`cron(${fields})`)).toThrow(/Invalid Schedule Expression/);
  });
});

describe('other expressions', () => {
  it('mean a rate from its beginning on, and one time', () => {
    expect(timesOf('rate(5 minutes)')).toEqual(['2026-01-01T00:00', '2026-01-01T00:05', '2026-01-01T00:10']);
    expect(timesOf('rate(1 day)', { count: 2 })).toEqual(['2026-01-01T00:00', '2026-01-02T00:00']);
    expect(timesOf('at(2026-07-01T08:00:00)', { zone: 'America/New_York' })).toEqual(['2026-07-01T12:00']);
    expect(timesOf('at(2025-01-01T00:00:00)')).toEqual(['2025-01-01T00:00']);
    expect(timesOf('at(2026-03-29T02:30:00)', { zone: 'Europe/Berlin' })).toEqual([]);
  });

  it.each([
    'rate(0 minutes)',
    'rate(5 seconds)',
    'at(2026-02-30T00:00:00)',
    'at(tomorrow)',
    'every day',
    'rate(5 minutes',
  ])('%s is refused', (expression) => {
    expect(() => timesOf(expression)).toThrow(/Invalid Schedule Expression/);
  });
});
