import * as z from 'zod';
import type { OperationOf } from '../context.ts';
import { attributeMap, conditionMembers, noCollections, notMetered, parseRequest, tableName } from '../request.ts';
import { prepareWrite } from '../write.ts';
import { writeOne } from '../write-one.ts';

const request = z.strictObject({
  TableName: tableName,
  Item: attributeMap,
  ReturnValues: z.enum(['NONE', 'ALL_OLD'], 'ReturnValues can only be ALL_OLD or NONE').optional(),
  ...conditionMembers,
  ...notMetered,
  ...noCollections,
});

export const putItem: OperationOf = (context, input) => {
  const { TableName, Item, ReturnValues, ...members } = parseRequest(request, input);
  const { before } = writeOne(context, prepareWrite('put', context.tables.get(TableName), Item, members));
  return ReturnValues === 'ALL_OLD' && before ? { Attributes: before } : {};
};
