/** What a decision needs from outside, handed in so that the decision stays a function of its arguments. */
export interface Moment {
  /** The present instant, ISO 8601 in UTC with milliseconds. */
  readonly at: string;
  /** The same instant in milliseconds since the epoch. */
  readonly atMs: number;
  /** Who asked: a subject of a token, or `system:<part>`. */
  readonly actor: string;
  /** SHA-256 of a text, as 64 hexadecimal digits. */
  readonly hash: (text: string) => string;
}
