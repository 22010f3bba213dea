/** Where sources, reports and artifacts lie. Every method rejects when the store cannot be reached or refuses. */
export interface BlobStore {
  /** The bytes under `key`, or `undefined` when there are none. */
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, body: Uint8Array, contentType: string): Promise<void>;
  /** Writes only where nothing is; `present` means that `key` was there already and was left as it is. */
  putIfAbsent(key: string, body: Uint8Array, contentType: string): Promise<'stored' | 'present'>;
}
