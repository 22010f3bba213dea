const heights = '▁▂▃▄▅▆▇█';

/** Numbers as a line of bars, the highest as high as a line is; a blank for none. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 0);
  return values
    .map((value) => (value <= 0 ? ' ' : heights.charAt(Math.max(0, Math.ceil((value / most) * heights.length) - 1))))
    .join('');
}
