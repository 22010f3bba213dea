interface Bar {
  readonly startMs: number;
  readonly endMs: number;
  /** The time that all columns together stand for. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly columns: number;
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A span of time as a bar at its place; never nothing at all, however short it was. */
export function bar({ startMs, endMs, fromMs, toMs, columns }: Bar): string {
  const perColumn = Math.max(1, toMs - fromMs) / columns;
  const offset = Math.min(columns - 1, Math.floor((startMs - fromMs) / perColumn));
  const length = Math.min(columns - offset, Math.max(0, (endMs - startMs) / perColumn));
  const whole = Math.floor(length);
  const rest = Math.round((length - whole) * 8);
  const drawn = rest === 8 ? '█'.repeat(whole + 1) : `${'█'.repeat(whole)}${eighths[rest] ?? ''}`;
  return `${' '.repeat(offset)}${drawn === '' ? '▏' : drawn}`;
}
