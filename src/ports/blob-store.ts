/** Sources, plans, reports, artifacts and signatures, under the keys of `src/domain/blob-keys.ts`. */
export interface BlobStore {
  /** The bytes under a key, or `undefined` when there are none. */
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, body: Uint8Array | string): Promise<void>;
}
