/** Sources, plans, reports, artifacts and signatures, under the keys of `src/domain/blob-keys.ts`. */
export interface BlobStore {
  /** The bytes under a key, or `undefined` when there are none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** How many bytes lie under a key, without reading them; `undefined` when there are none. */
  size(key: string): Promise<number | undefined>;
  /** Copies without the bytes coming by here; `false` when nothing lies under `from`. */
  copy(from: string, to: string): Promise<boolean>;
  /** @param metadata kept with the bytes for people who look at the store; nothing reads it back */
  put(key: string, body: Uint8Array | string, metadata?: Readonly<Record<string, string>>): Promise<void>;
}
