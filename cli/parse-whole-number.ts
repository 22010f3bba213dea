import { InvalidArgumentError } from 'commander';

/** A parser for whole numbers from `least` to `most`, for commander. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      most === Number.MAX_SAFE_INTEGER
        ? `Give a whole number from ${least} on.`
        : `Give a whole number from ${least} to ${most}.`,
    );
  };
}
