/** What a good token says. */
export interface TokenClaims {
  readonly subject: string;
  readonly roles: readonly string[];
}

export interface TokenVerifier {
  /** The claims of a token, or `undefined` for one that is forged, expired or meant for somebody else. */
  verify(token: string): Promise<TokenClaims | undefined>;
}
