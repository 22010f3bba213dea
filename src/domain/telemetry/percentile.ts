/** The smallest value that at least so many percent of the values are not above (nearest rank); none of no values. */
export function percentile(values: readonly number[], percent: number): number | undefined {
  const sorted = values.toSorted((one, two) => one - two);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}
