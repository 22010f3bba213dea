import { invalid } from './scheduler-input.ts';

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names of values, the first one that of the least. */
  readonly names?: readonly string[];
}

export const FIELDS = {
  minutes: { name: 'minutes', least: 0, most: 59 },
  hours: { name: 'hours', least: 0, most: 23 },
  day: { name: 'day of month', least: 1, most: 31 },
  month: {
    name: 'month',
    least: 1,
    most: 12,
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  weekday: { name: 'day of week', least: 1, most: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
  year: { name: 'year', least: 1970, most: 2199 },
} as const satisfies Record<string, Field>;

/**
 * The values that a field of numbers, names, lists, ranges and steps means.
 *
 * @throws ServiceFault `ValidationException`
 */
export function valuesOf(text: string, field: Field): ReadonlySet<number> {
  return new Set(text.split(',').flatMap((piece) => rangeOf(piece, field)));
}

/** @throws ServiceFault `ValidationException` */
export function valueOf(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + field.least : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.least && value <= field.most) return value;
  throw invalid(`Invalid Schedule Expression: "${text}" is no ${field.name} of a cron expression.`);
}

function rangeOf(piece: string, field: Field): number[] {
  const [range = '', step, ...more] = piece.split('/');
  const stride = step === undefined ? 1 : Number(/^[1-9]\d{0,3}$/.exec(step)?.[0]);
  if (more.length > 0 || Number.isNaN(stride)) {
    throw invalid(`Invalid Schedule Expression: "${piece}" has no proper step.`);
  }
  const [from, to] = endsOf(range, step !== undefined, field);
  if (from > to) throw invalid(`Invalid Schedule Expression: "${piece}" ends before it begins.`);
  return Array.from({ length: Math.floor((to - from) / stride) + 1 }, (_, index) => from + index * stride);
}

function endsOf(range: string, stepped: boolean, field: Field): readonly [number, number] {
  if (range === '*') return [field.least, field.most];
  const [first = '', last, ...more] = range.split('-');
  if (more.length > 0) throw invalid(`Invalid Schedule Expression: "${range}" is no range.`);
  const from = valueOf(first, field);
  // `5/10` goes on to the end of the field.
  return [from, last !== undefined ? valueOf(last, field) : stepped ? field.most : from];
}
