/** A duration for people: `34 ms`, `0.8 s`, `12.3 s`, `2 min 3 s`, `1 h 2 min`, `3 d 4 h`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 100) return `${Math.round(Math.max(0, milliseconds))} ms`;
  const tenths = Math.round(milliseconds / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return pair(seconds, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  return minutes < 24 * 60 ? pair(minutes, 60, 'h', 'min') : pair(Math.round(minutes / 60), 24, 'd', 'h');
}

function pair(value: number, size: number, large: string, small: string): string {
  const rest = value % size;
  return `${Math.floor(value / size)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}
