import * as z from 'zod';
import type { OperationOf } from '../context.ts';
import { attributeMap, conditionMembers, noCollections, notMetered, parseRequest, tableName } from '../request.ts';
import { prepareWrite } from '../write.ts';
import { writeOne } from '../write-one.ts';

const request = z.strictObject({
  TableName: tableName,
  Key: attributeMap,
  ReturnValues: z.enum(['NONE', 'ALL_OLD'], 'ReturnValues can only be ALL_OLD or NONE').optional(),
  ...conditionMembers,
  ...notMetered,
  ...noCollections,
});

export const deleteItem: OperationOf = (context, input) => {
  const { TableName, Key, ReturnValues, ...members } = parseRequest(request, input);
  const { before } = writeOne(context, prepareWrite('delete', context.tables.get(TableName), Key, members));
  return ReturnValues === 'ALL_OLD' && before ? { Attributes: before } : {};
};
