import * as z from 'zod';
import { transaction } from '../../../store.ts';
import type { OperationOf } from '../context.ts';
import { describeTable } from '../describe-table.ts';
import { parseRequest, tableName } from '../request.ts';
import { readTableDefinition } from '../table-definition.ts';

const one = z.strictObject({ TableName: tableName });
const page = z.strictObject({
  ExclusiveStartTableName: tableName.optional(),
  Limit: z.number().int().min(1).max(100).optional(),
});

/** The table is ready at once, so the answer says so; there is no CREATING. */
export const createTable: OperationOf = (context, input) => ({
  TableDescription: describeTable(context, context.tables.create(readTableDefinition(input)), 'ACTIVE'),
});

export const describe: OperationOf = (context, input) => ({
  Table: describeTable(context, context.tables.get(parseRequest(one, input).TableName, 'named'), 'ACTIVE'),
});

export const deleteTable: OperationOf = (context, input) => {
  const table = context.tables.get(parseRequest(one, input).TableName, 'named');
  const TableDescription = describeTable(context, table, 'DELETING');
  transaction(context.store, () => {
    context.log.trim(table, context.log.last());
    context.tables.delete(table);
  });
  return { TableDescription };
};

export const listTables: OperationOf = (context, input) => {
  const { ExclusiveStartTableName: start, Limit = 100 } = parseRequest(page, input);
  const names = context.tables
    .names()
    .filter((name) => start === undefined || Buffer.compare(Buffer.from(name), Buffer.from(start)) > 0);
  const TableNames = names.slice(0, Limit);
  return { TableNames, ...(names.length > Limit ? { LastEvaluatedTableName: TableNames.at(-1) } : {}) };
};
