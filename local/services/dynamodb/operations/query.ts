import * as z from 'zod';
import { equalValues } from '../compare-values.ts';
import type { DynamoDbContext } from '../context.ts';
import { attribute } from '../document-path.ts';
import { validation } from '../faults.ts';
import { justAfter, partitionBytes, sortRange } from '../key-bytes.ts';
import { selectKeys } from '../key-condition.ts';
import { type Page, readPage } from '../page.ts';
import { pageMembers, planPage } from '../page-request.ts';
import { parseRequest } from '../request.ts';

const request = z.strictObject({
  ...pageMembers,
  KeyConditionExpression: z.string().optional(),
  ScanIndexForward: z.boolean().optional(),
});

export function query(context: DynamoDbContext, input: Record<string, unknown>): Page {
  const members = parseRequest(request, input);
  const table = context.tables.get(members.TableName);
  const plan = planPage(table, members);
  const schema = plan.index?.key ?? table.key;
  const { hash, sort } = selectKeys(schema, plan.expressions);
  for (const { name } of schema.attributes) {
    if (plan.expressions.filter?.heads.includes(name)) {
      throw validation(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`);
    }
  }

  const forward = members.ScanIndexForward !== false;
  let { low, high } = sortRange(sort);
  if (plan.start) {
    const startHash = attribute(plan.start.key, schema.hash.name);
    const at = plan.start.at.sort;
    if (!startHash || !equalValues(startHash, hash) || Buffer.compare(at, low) < 0 || Buffer.compare(at, high) >= 0) {
      throw validation('The provided starting key is outside query boundaries based on provided conditions');
    }
    if (forward) low = justAfter(at);
    else high = at;
  }
  const rows = context.items.partition(table, plan.index?.position, { pk: partitionBytes(hash), low, high, forward });
  return readPage(rows, plan);
}
