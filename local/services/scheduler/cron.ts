import { FIELDS, valueOf, valuesOf } from './cron-field.ts';
import { invalid } from './scheduler-input.ts';
import type { WallTime } from './zoned-time.ts';

export interface Cron {
  /** The first time of the schedule after another one; undefined when there is none before the year 2200. */
  after(wall: WallTime): WallTime | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

interface Month {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly days: number;
  /** Weekday of the first, Sunday as 1. */
  readonly first: number;
}

/** The days of a month that one day field means. */
type DaysOf = (month: Month) => readonly number[];

/**
 * Compiles the six fields of a cron expression: minutes, hours, day of month, month, day of week, year.
 *
 * @throws ServiceFault `ValidationException`
 */
export function compileCron(text: string): Cron {
  const fields = text.trim().split(/\s+/);
  const [minutes = '', hours = '', day = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== 6) throw invalid('Invalid Schedule Expression: a cron expression has six fields.');
  if ((day === '?') === (weekday === '?')) {
    throw invalid('Invalid Schedule Expression: exactly one of day of month and day of week must be ?.');
  }
  const months = valuesOf(month, FIELDS.month);
  const years = valuesOf(year, FIELDS.year);
  const daysOf = day === '?' ? compileWeekdays(weekday) : compileDays(day);
  const minutesOfDay = [...valuesOf(hours, FIELDS.hours)]
    .flatMap((hour) => [...valuesOf(minutes, FIELDS.minutes)].map((minute) => hour * 60 + minute))
    .toSorted((one, two) => one - two);

  return {
    after(wall) {
      const from = new Date(wall);
      for (let index = from.getUTCFullYear() * 12 + from.getUTCMonth(); index <= 2199 * 12 + 11; index++) {
        const at = monthAt(index);
        if (!years.has(at.year) || !months.has(at.month)) continue;
        for (const each of daysOf(at).toSorted((one, two) => one - two)) {
          const midnight = Date.UTC(at.year, at.month - 1, each);
          if (midnight + DAY_MS <= wall) continue;
          const minute = minutesOfDay.find((of) => midnight + of * MINUTE_MS > wall);
          if (minute !== undefined) return midnight + minute * MINUTE_MS;
        }
      }
      return undefined;
    },
  };
}

function monthAt(index: number): Month {
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  return {
    year,
    month,
    days: new Date(Date.UTC(year, month, 0)).getUTCDate(),
    first: new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 1,
  };
}

/** `L` is the last day, `15W` the weekday next to the 15th in the same month, `LW` the last weekday. */
function compileDays(text: string): DaysOf {
  if (text === 'L') return ({ days }) => [days];
  if (text === 'LW') return (month) => [nearestWeekday(month, month.days)];
  const near = /^(\d{1,2})W$/.exec(text)?.[1];
  if (near !== undefined) {
    const wanted = valueOf(near, FIELDS.day);
    return (month) => (wanted <= month.days ? [nearestWeekday(month, wanted)] : []);
  }
  const wanted = [...valuesOf(text, FIELDS.day)];
  return ({ days }) => wanted.filter((each) => each <= days);
}

/** `L` is Saturday, `6L` the last Friday, `3#2` the second Tuesday. */
function compileWeekdays(text: string): DaysOf {
  if (text === 'L') return (month) => daysOn(month, 7);
  const last = /^(\w+)L$/.exec(text)?.[1];
  if (last !== undefined) {
    const wanted = valueOf(last, FIELDS.weekday);
    return (month) => daysOn(month, wanted).slice(-1);
  }
  const [, which, nth] = /^(\w+)#([1-5])$/.exec(text) ?? [];
  if (which !== undefined) {
    const wanted = valueOf(which, FIELDS.weekday);
    return (month) => daysOn(month, wanted).slice(Number(nth) - 1, Number(nth));
  }
  const wanted = [...valuesOf(text, FIELDS.weekday)];
  return (month) => wanted.flatMap((each) => daysOn(month, each));
}

function daysOn({ first, days }: Month, weekday: number): number[] {
  const begin = 1 + ((weekday - first + 7) % 7);
  return Array.from({ length: Math.floor((days - begin) / 7) + 1 }, (_, index) => begin + index * 7);
}

function nearestWeekday(month: Month, day: number): number {
  const weekday = ((month.first - 1 + day - 1) % 7) + 1;
  if (weekday === 7) return day > 1 ? day - 1 : day + 2;
  if (weekday === 1) return day < month.days ? day + 1 : day - 2;
  return day;
}
