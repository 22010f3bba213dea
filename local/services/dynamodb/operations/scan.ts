import { crc32 } from 'node:zlib';
import * as z from 'zod';
import type { DynamoDbContext } from '../context.ts';
import { validation } from '../faults.ts';
import type { ItemRow } from '../item-store.ts';
import { type Page, readPage } from '../page.ts';
import { pageMembers, planPage } from '../page-request.ts';
import { parseRequest } from '../request.ts';

const request = z.strictObject({
  ...pageMembers,
  Segment: z.number().int().min(0).optional(),
  TotalSegments: z.number().int().min(1).max(1_000_000).optional(),
});

const BEFORE_ALL = { pk: Buffer.alloc(0), sort: Buffer.alloc(0) };

export function scan(context: DynamoDbContext, input: Record<string, unknown>): Page {
  const members = parseRequest(request, input);
  const { Segment, TotalSegments } = members;
  if ((Segment === undefined) !== (TotalSegments === undefined)) {
    throw validation('The Segment and TotalSegments parameters are required together');
  }
  if (Segment !== undefined && TotalSegments !== undefined && Segment >= TotalSegments) {
    throw validation(
      'The Segment parameter is zero-based and must be less than parameter TotalSegments: ' +
        `Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    );
  }
  const table = context.tables.get(members.TableName);
  const plan = planPage(table, members);
  const rows = context.items.all(table, plan.index?.position, plan.start?.at ?? BEFORE_ALL);
  return readPage(Segment === undefined ? rows : segment(rows, Segment, TotalSegments ?? 1), plan);
}

/** The rows whose item falls to this segment; a function of the item's key alone, so that the segments share nothing out twice. */
function* segment(rows: Iterable<ItemRow>, wanted: number, total: number): Generator<ItemRow> {
  for (const row of rows) if (crc32(row.sort, crc32(row.pk)) % total === wanted) yield row;
}
