import * as z from 'zod';
import type { Item } from '../attribute-value.ts';
import type { OperationOf } from '../context.ts';
import { project } from '../document-path.ts';
import { attributeMap, conditionMembers, noCollections, notMetered, parseRequest, tableName } from '../request.ts';
import { prepareWrite } from '../write.ts';
import { writeOne } from '../write-one.ts';

const request = z.strictObject({
  TableName: tableName,
  Key: attributeMap,
  UpdateExpression: z.string().optional(),
  ReturnValues: z.enum(['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW']).optional(),
  ...conditionMembers,
  ...notMetered,
  ...noCollections,
});

export const updateItem: OperationOf = (context, input) => {
  const { TableName, Key, ReturnValues, ...members } = parseRequest(request, input);
  const write = prepareWrite('update', context.tables.get(TableName), Key, members);
  const { before, after } = writeOne(context, write);
  const image: Item | undefined = ReturnValues === 'ALL_OLD' || ReturnValues === 'UPDATED_OLD' ? before : after;
  if (!image || ReturnValues === undefined || ReturnValues === 'NONE') return {};
  if (ReturnValues === 'ALL_OLD' || ReturnValues === 'ALL_NEW') return { Attributes: image };
  const updated = project(image, write.expressions.update?.paths ?? []);
  return Object.keys(updated).length > 0 ? { Attributes: updated } : {};
};
