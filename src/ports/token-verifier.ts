/** What a good token says. */
export interface TokenClaims {
  readonly subject: string;
  readonly roles: readonly string[];
  /** The teams of the subject; a service is owned by one of them. */
  readonly groups: readonly string[];
  /** Absent also when the issuer says that nobody checked it. */
  readonly email?: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

export interface TokenVerifier {
  /** The claims of a token, or `undefined` for one that is forged, expired or meant for somebody else. */
  verify(token: string): Promise<TokenClaims | undefined>;
}
