import type { DatabaseSync } from 'node:sqlite';

/** Addresses and domains that may send. */
export interface Identities {
  /** Whether it is new. */
  add(name: string, nowMs: number): boolean;
  has(name: string): boolean;
  remove(name: string): boolean;
  /** By name. */
  list(): readonly string[];
  /** Whether an address is an identity, or its domain, or a domain above it. */
  covers(address: string): boolean;
}

export function openIdentities(store: DatabaseSync): Identities {
  store.exec('CREATE TABLE IF NOT EXISTS ses_identities (name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL) STRICT');
  const select = store.prepare('SELECT 1 FROM ses_identities WHERE name = ?');
  const has = (name: string): boolean => select.get(name) !== undefined;
  return {
    has,
    add: (name, nowMs) =>
      store
        .prepare('INSERT INTO ses_identities (name, created_ms) VALUES (?, ?) ON CONFLICT DO NOTHING')
        .run(name, nowMs).changes > 0,
    remove: (name) => store.prepare('DELETE FROM ses_identities WHERE name = ?').run(name).changes > 0,
    list: () =>
      store
        .prepare('SELECT name FROM ses_identities ORDER BY name')
        .all()
        .map((row) => String(row['name'])),
    covers(address) {
      const labels = (address.split('@')[1] ?? '').toLowerCase().split('.');
      return has(address) || labels.some((_, index) => has(labels.slice(index).join('.')));
    },
  };
}
