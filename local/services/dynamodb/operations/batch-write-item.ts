import * as z from 'zod';
import { transaction } from '../../../store.ts';
import type { OperationOf } from '../context.ts';
import { validation } from '../faults.ts';
import { attributeMap, noCollections, notMetered, parseRequest, tableName } from '../request.ts';
import { decideWrite, keyOfWrite, prepareWrite } from '../write.ts';

const MOST_WRITES = 25;

const writeRequest = z.strictObject({
  PutRequest: z.strictObject({ Item: attributeMap }).optional(),
  DeleteRequest: z.strictObject({ Key: attributeMap }).optional(),
});
const request = z.strictObject({
  RequestItems: z.record(tableName, z.array(writeRequest).min(1).max(MOST_WRITES)),
  ...notMetered,
  ...noCollections,
});

/** AWS writes the items one by one; here they are one transaction, so nothing is ever left unprocessed. */
export const batchWriteItem: OperationOf = (context, input) => {
  const { RequestItems } = parseRequest(request, input);
  const writes = Object.entries(RequestItems).flatMap(([name, requests]) => {
    const table = context.tables.get(name);
    return requests.map(({ PutRequest, DeleteRequest }) => {
      if (PutRequest && !DeleteRequest) return prepareWrite('put', table, PutRequest.Item, {});
      if (DeleteRequest && !PutRequest) return prepareWrite('delete', table, DeleteRequest.Key, {});
      throw validation('A write request must contain exactly one of PutRequest and DeleteRequest');
    });
  });
  if (writes.length === 0) throw validation('The batch write request list for a table cannot be null or empty');
  if (writes.length > MOST_WRITES) throw validation('Too many items requested for the BatchWriteItem call');
  const keyed = writes.map((write) => ({ write, key: keyOfWrite(write) }));
  const places = keyed.map(
    ({ write, key }) => `${write.table.id}/${key.pk.toString('hex')}/${key.sort.toString('hex')}`,
  );
  if (new Set(places).size < places.length) throw validation('Provided list of item keys contains duplicates');
  transaction(context.store, () => {
    for (const { write, key } of keyed) {
      context.items.apply(decideWrite(write, key, context.items.get(write.table, key)));
    }
  });
  context.log.announce();
  return { UnprocessedItems: {} };
};
