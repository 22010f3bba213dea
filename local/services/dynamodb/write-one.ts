import { transaction } from '../../store.ts';
import type { Item } from './attribute-value.ts';
import type { DynamoDbContext } from './context.ts';
import { decideWrite, keyOfWrite, type Write } from './write.ts';

/** Reads, decides and writes one item in one transaction; answers both images. */
export function writeOne(
  context: DynamoDbContext,
  write: Write,
): { readonly before: Item | undefined; readonly after: Item | undefined } {
  const key = keyOfWrite(write);
  const change = transaction(context.store, () => {
    const decided = decideWrite(write, key, context.items.get(write.table, key));
    context.items.apply(decided);
    return decided;
  });
  context.log.announce();
  return { before: change.before?.item, after: change.next?.item };
}
