import * as z from 'zod';
import type { OperationOf } from '../context.ts';
import { validation } from '../faults.ts';
import { parseRequest, tableName } from '../request.ts';

const describe = z.strictObject({ TableName: tableName });
const update = z.strictObject({
  TableName: tableName,
  TimeToLiveSpecification: z.strictObject({ Enabled: z.boolean(), AttributeName: z.string().min(1).max(255) }),
});

export const describeTimeToLive: OperationOf = (context, input) => {
  const { ttlAttribute } = context.tables.get(parseRequest(describe, input).TableName, 'named');
  return {
    TimeToLiveDescription: ttlAttribute
      ? { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute }
      : { TimeToLiveStatus: 'DISABLED' },
  };
};

/** Takes effect at once; the hour that AWS asks for between two changes is not enforced. */
export const updateTimeToLive: OperationOf = (context, input) => {
  const { TableName, TimeToLiveSpecification } = parseRequest(update, input);
  const { Enabled, AttributeName } = TimeToLiveSpecification;
  const table = context.tables.get(TableName, 'named');
  const current = table.ttlAttribute;
  if (Enabled && current === AttributeName) throw validation('TimeToLive is already enabled');
  if (!Enabled && current === undefined) throw validation('TimeToLive is already disabled');
  if (current !== undefined && current !== AttributeName) {
    throw validation(`TimeToLive is active on a different AttributeName: current AttributeName is ${current}`);
  }
  context.tables.setTtl(table, Enabled ? AttributeName : undefined);
  return { TimeToLiveSpecification };
};
