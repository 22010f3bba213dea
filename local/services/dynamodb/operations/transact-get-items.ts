import * as z from 'zod';
import type { OperationOf } from '../context.ts';
import { validation } from '../faults.ts';
import { itemSize } from '../item-size.ts';
import { readMembers, readOne } from '../read-one.ts';
import { notMetered, parseRequest, tableName } from '../request.ts';

const MOST_BYTES = 4 * 1024 * 1024;

const request = z.strictObject({
  TransactItems: z
    .array(z.strictObject({ Get: z.strictObject({ TableName: tableName, ...readMembers }) }))
    .min(1)
    .max(100, 'Member must have length less than or equal to 100'),
  ...notMetered,
});

/** One consistent picture: nothing else runs between two reads of this process. */
export const transactGetItems: OperationOf = (context, input) => {
  const { TransactItems } = parseRequest(request, input);
  const items = TransactItems.map(({ Get }) => readOne(context, context.tables.get(Get.TableName), Get.Key, Get));
  if (items.reduce((sum, item) => sum + (item ? itemSize(item) : 0), 0) > MOST_BYTES) {
    throw validation('The aggregate size of the items in the transaction cannot exceed 4 MB');
  }
  return { Responses: items.map((item) => (item ? { Item: item } : {})) };
};
