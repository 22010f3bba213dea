import { compileCron } from './cron.ts';
import { invalid } from './scheduler-input.ts';
import { instantOf, wallTimeAt } from './zoned-time.ts';

/** When a schedule fires. */
export interface Times {
  /** The first time of a schedule that is made now; undefined when there is none. */
  first(nowMs: number): number | undefined;
  /** The first time after an instant. */
  after(instantMs: number): number | undefined;
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * Compiles a schedule expression.
 *
 * @param anchorMs where a rate begins, and before which nothing fires
 * @throws ServiceFault `ValidationException`
 */
export function compileTimes(expression: string, timeZone: string, anchorMs: number): Times {
  const [, kind, content = ''] = /^(at|rate|cron)\((.*)\)$/.exec(expression) ?? [];
  switch (kind) {
    case 'at':
      return at(content, timeZone);
    case 'rate':
      return rate(content, anchorMs);
    case 'cron':
      return cron(content, timeZone, anchorMs);
    default:
      throw invalid(`Invalid Schedule Expression ${expression}.`);
  }
}

function at(text: string, timeZone: string): Times {
  const wall = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  // Date.parse would read February 30th as March 2nd.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(text)) {
    throw invalid(`Invalid Schedule Expression at(${text}).`);
  }
  const instant = instantOf(wall, timeZone);
  return {
    // Also one that has passed: it is late, and not forgotten.
    first: () => instant,
    after: (after) => (instant !== undefined && instant > after ? instant : undefined),
  };
}

function rate(text: string, anchorMs: number): Times {
  const [, count = '', unit] = /^(\d{1,6}) (minute|hour|day)s?$/.exec(text) ?? [];
  const period = Number(count) * UNIT_MS[(unit ?? 'minute') as keyof typeof UNIT_MS];
  if (period === 0) throw invalid(`Invalid Schedule Expression rate(${text}).`);
  const after = (instantMs: number): number =>
    instantMs < anchorMs ? anchorMs : anchorMs + period * (Math.floor((instantMs - anchorMs) / period) + 1);
  return { first: (nowMs) => after(nowMs - 1), after };
}

function cron(text: string, timeZone: string, anchorMs: number): Times {
  const compiled = compileCron(text);
  const after = (instantMs: number): number | undefined => {
    const begin = Math.max(anchorMs - 1, instantMs);
    // The wall has whole seconds; an instant within one is after its beginning.
    let wall = compiled.after(wallTimeAt(begin, timeZone));
    while (wall !== undefined) {
      const instant = instantOf(wall, timeZone);
      // Left out by a change of clocks, or shown a second time by one.
      if (instant !== undefined && instant > begin) return instant;
      wall = compiled.after(wall);
    }
    return undefined;
  };
  return { first: (nowMs) => after(nowMs - 1), after };
}
