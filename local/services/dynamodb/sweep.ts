import { transaction } from '../../store.ts';
import type { DynamoDbContext } from './context.ts';
import { keyOfItem } from './item-key.ts';
import type { Item } from './attribute-value.ts';

const SWEEP_MS = 60_000;
const STREAM_RETENTION_MS = 24 * 60 * 60 * 1000;
const FIVE_YEARS_SECONDS = 5 * 365 * 24 * 60 * 60;
/** One transaction's share, so that a large expiry does not hold up the other writers. */
const AT_ONCE = 200;

/** Every minute of the clock: removes expired items, and records and tokens that are past their time. Returns the function that ends it. */
export function startSweep(context: DynamoDbContext): () => void {
  let cancel: () => void;
  const arm = (): void => {
    cancel = context.clock.after(SWEEP_MS, () => {
      sweep(context);
      arm();
    });
  };
  arm();
  return () => cancel();
}

function sweep(context: DynamoDbContext): void {
  while (expireItems(context) === AT_ONCE);
  const now = context.clock.now();
  context.store.prepare('DELETE FROM ddb_request_token WHERE expires_ms <= ?').run(now);
  context.log.trimOlder(now - STREAM_RETENTION_MS);
}

/** Returns how many items it looked at. */
function expireItems(context: DynamoDbContext): number {
  const second = Math.floor(context.clock.now() / 1000);
  const tables = new Map(context.tables.names().map((name) => [context.tables.get(name).id, context.tables.get(name)]));
  const rows = context.store
    // An item that expired more than five years ago is not deleted, as on AWS: the number was probably never meant as a time.
    .prepare('SELECT id, table_id, item FROM ddb_item WHERE expires < ? AND expires > ? LIMIT ?')
    .all(second, second - FIVE_YEARS_SECONDS, AT_ONCE);
  transaction(context.store, () => {
    for (const row of rows) {
      const table = tables.get(Number(row['table_id']));
      if (!table) throw new Error(`An item of the unknown table ${String(row['table_id'])} expired.`);
      const text = String(row['item']);
      const item = JSON.parse(text) as Item;
      const before = { id: Number(row['id']), text, item };
      context.items.apply({ table, key: keyOfItem(table, item), before, next: undefined }, 'ttl');
    }
  });
  context.log.announce();
  return rows.length;
}
