export interface EvidenceFacts {
  readonly contentType: string;
  /** SHA-256 of the bytes, in hexadecimal; kept with them for whoever looks at the store. */
  readonly sha256: string;
}

/** A store that gives back what was put, and that nobody changes: records that are over for long, and logs. */
export interface Evidence {
  /** Where the record or the log of a deployment lies: it follows from the id alone. */
  keyOf(kind: 'record' | 'log', deploymentId: string): string;
  put(key: string, bytes: Uint8Array, facts: EvidenceFacts): Promise<void>;
  /**
   * The bytes under a key, `undefined` when there are none.
   *
   * @param range first and last byte, both included
   * @throws Refusal `unavailable` when they have to be brought back from deep storage first
   */
  get(key: string, range?: readonly [first: number, last: number]): Promise<Uint8Array | undefined>;
}
