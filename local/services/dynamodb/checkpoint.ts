import type { DatabaseSync } from 'node:sqlite';

/** How far a consumer has come in a table's stream; zero before its first record. */
export interface Checkpoint {
  read(): number;
  write(sequence: number): void;
}

export function openCheckpoint(store: DatabaseSync, consumer: string, tableName: string): Checkpoint {
  const find = store.prepare('SELECT sequence FROM ddb_checkpoint WHERE consumer = ? AND table_name = ?');
  const put = store.prepare('INSERT OR REPLACE INTO ddb_checkpoint VALUES (?, ?, ?)');
  return {
    read: () => Number(find.get(consumer, tableName)?.['sequence'] ?? 0),
    write(sequence) {
      put.run(consumer, tableName, sequence);
    },
  };
}
