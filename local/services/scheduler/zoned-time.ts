/** A wall-clock time, written as the instant that it would be in UTC. */
export type WallTime = number;

const DAY_MS = 86_400_000;

/** Whether the host knows a time zone by this name. */
export function isTimeZone(name: string): boolean {
  try {
    return formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

/** What a clock on the wall of a time zone shows at an instant, in whole seconds. */
export function wallTimeAt(instantMs: number, timeZone: string): WallTime {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(instantMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The first instant at which the wall shows this time; undefined for one that a change of clocks leaves out. */
export function instantOf(wall: WallTime, timeZone: string): number | undefined {
  // The offset a day before and a day after: around a change of clocks they differ, and one of them is right.
  return [wall - DAY_MS, wall + DAY_MS]
    .map((near) => wall - (wallTimeAt(near, timeZone) - near))
    .toSorted((one, two) => one - two)
    .find((candidate) => wallTimeAt(candidate, timeZone) === wall);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
}
