import * as z from 'zod';
import type { OperationOf } from '../context.ts';
import { readOne, readMembers } from '../read-one.ts';
import { notMetered, parseRequest, tableName } from '../request.ts';

const request = z.strictObject({
  TableName: tableName,
  ConsistentRead: z.boolean().optional(),
  ...readMembers,
  ...notMetered,
});

export const getItem: OperationOf = (context, input) => {
  const { TableName, Key, ...members } = parseRequest(request, input);
  const item = readOne(context, context.tables.get(TableName), Key, members);
  return item ? { Item: item } : {};
};
