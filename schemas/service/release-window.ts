import * as z from 'zod';
import { wrongType } from './wrong-type.ts';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const reason = z
  .string()
  .max(200, 'must be at most 200 characters long')
  .optional()
  .meta({ description: 'Why, for those who meet it.' });

const instantWithOffset = z
  .string()
  .regex(
    z.regexes.datetime({ offset: true }),
    'must be an instant with its offset, such as 2026-12-24T12:00:00+01:00 or 2026-12-24T11:00:00Z',
  );

const once = z
  .strictObject({
    type: z.literal('once').meta({ description: 'One stretch of time.' }),
    from: instantWithOffset.meta({ description: 'First instant of it, with an offset.' }),
    to: instantWithOffset.meta({ description: 'First instant after it, with an offset.' }),
    reason,
  })
  .superRefine(({ from, to }, context) => {
    // An instant that cannot be read has its fault already.
    if (!(Date.parse(from) >= Date.parse(to))) return;
    context.addIssue({ code: 'custom', path: ['to'], message: 'must be later than from' });
  });

const clockTime = z.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time from 00:00 to 23:59');
const endOfDay = z
  .string()
  .regex(/^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/, 'must be a time from 00:00 to 24:00, such as 18:30');

const weekly = z
  .strictObject({
    type: z.literal('weekly').meta({ description: 'The same hours on days of every week.' }),
    days: z
      .array(z.enum(weekdays, { error: `must be a day: ${weekdays.join(', ')}` }))
      .min(1, 'must name at least one day')
      .max(7, 'must name at most seven days')
      .superRefine((days, context) => {
        for (const [index, day] of days.entries()) {
          if (days.indexOf(day) === index) continue;
          context.addIssue({ code: 'custom', path: [index], message: 'must not be named twice' });
        }
      })
      .meta({ description: 'Days on which it begins.' }),
    from: clockTime.default('00:00').meta({ description: 'Time of day at which it begins, hh:mm.' }),
    to: endOfDay
      .default('24:00')
      .meta({ description: 'Time of day at which it ends, hh:mm; one that is earlier than from is on the next day.' }),
    timeZone: z
      .string()
      .regex(/^(?:UTC|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){1,2})$/, 'must be a time zone, such as Europe/Berlin or UTC')
      .refine(isTimeZone, 'must be a time zone that exists, such as Europe/Berlin or UTC')
      .meta({ description: 'Time zone of the hours, such as Europe/Berlin; its daylight saving time counts.' }),
    reason,
  })
  .superRefine(({ from, to }, context) => {
    if (from !== to || from === '24:00') return;
    const message = 'must not be the same as from; a whole day is from 00:00 to 24:00';
    context.addIssue({ code: 'custom', path: ['to'], message });
  });

/** A stretch of time, once or every week. Its beginning belongs to it, its end does not. */
const releaseWindow = z.discriminatedUnion('type', [once, weekly], { error: wrongType('once or weekly') });

/** Windows during which something holds; at least one of them has to hold. */
export const releaseWindows = z.array(releaseWindow).max(50, 'must be at most 50 windows');

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
