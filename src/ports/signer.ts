export interface Signature {
  /** ARN of the key that signed. */
  readonly keyId: string;
  /** Base64 of an ECDSA signature (P-256, SHA-256, DER). */
  readonly value: string;
}

/** What anybody can verify signatures with. */
export interface PublicKey {
  /** ARN of the key. */
  readonly keyId: string;
  /** SubjectPublicKeyInfo. */
  readonly pem: string;
}

/** The key that vouches for artifacts. */
export interface Signer {
  sign(text: string): Promise<Signature>;
  /** True only for a signature that our own key made over exactly this text. */
  verify(text: string, signature: Signature): Promise<boolean>;
  publicKey(): Promise<PublicKey>;
}
