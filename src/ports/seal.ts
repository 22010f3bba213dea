/** Keyed seals for what leaves the house and must come back unchanged: list cursors, the tokens of a build. */
export interface Seal {
  /** Base64url MAC of the text; `purpose` keeps one kind of seal from passing for another. */
  seal(purpose: string, text: string): Promise<string>;
  /** In constant time. */
  matches(purpose: string, text: string, seal: string): Promise<boolean>;
}
