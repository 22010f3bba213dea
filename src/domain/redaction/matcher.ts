/** Reads a text one UTF-16 unit after the other and says which of them are secret. */
export interface Matcher {
  /** @param at the unit's place in the whole text, one more with each call */
  step(code: number, at: number): void;
  /** What stands here or later may yet turn out to be secret; `Infinity` when nothing before the next unit can. */
  heldFrom(): number;
}

/** Told of every secret stretch, its end excluded, as soon as it is certain. Stretches may overlap. */
export type Cover = (start: number, end: number) => void;

export function isLineBreak(code: number): boolean {
  return code === 10 || code === 13;
}
