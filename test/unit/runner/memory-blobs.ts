import type { BlobStore } from '#runner/blob-store.ts';

/** A store in memory that remembers the order of its writes; `refuse` makes writes of a key fail. */
export function memoryBlobs(refuse: (key: string) => boolean = () => false) {
  const blobs = new Map<string, Uint8Array>();
  const written: string[] = [];
  const write = (key: string, body: Uint8Array): void => {
    if (refuse(key)) throw new Error('Access Denied');
    blobs.set(key, body);
    written.push(key);
  };
  const store: BlobStore = {
    get: async (key) => blobs.get(key),
    put: async (key, body) => write(key, body),
    putIfAbsent: async (key, body) => {
      if (blobs.has(key)) return 'present';
      write(key, body);
      return 'stored';
    },
  };
  const text = (key: string): string => Buffer.from(blobs.get(key) ?? []).toString('utf8');
  return { store, blobs, written, text };
}
