import type { AttributeValue, Item } from './attribute-value.ts';
import { matches } from './condition.ts';
import { attribute, project, setAttribute } from './document-path.ts';
import type { BoundExpressions } from './expressions.ts';
import { itemSize } from './item-size.ts';
import type { ItemRow } from './item-store.ts';
import type { SecondaryIndex, Table } from './table.ts';

/** A page ends when the items read, before any filter, reach this many bytes. */
const PAGE_BYTES = 1024 * 1024;

export interface PagePlan {
  readonly table: Table;
  readonly index: SecondaryIndex | undefined;
  readonly limit: number | undefined;
  readonly countOnly: boolean;
  readonly expressions: BoundExpressions;
}

export interface Page {
  readonly Count: number;
  readonly ScannedCount: number;
  readonly Items?: readonly Item[];
  readonly LastEvaluatedKey?: Item;
}

/** Reads rows until Limit or the size of a page is reached; only then is there a key to go on from. */
export function readPage(rows: Iterable<ItemRow>, plan: PagePlan): Page {
  const { filter, projection, values } = plan.expressions;
  const items: Item[] = [];
  let scanned = 0;
  let count = 0;
  let bytes = 0;
  let last: Item | undefined;
  for (const row of rows) {
    const whole = JSON.parse(row.text) as Item;
    const item = plan.index?.projected ? only(whole, plan.index.projected) : whole;
    scanned++;
    bytes += item === whole ? row.size : itemSize(item);
    if (!filter || matches(filter.condition, item, values)) {
      count++;
      if (!plan.countOnly) items.push(projection ? project(item, projection) : item);
    }
    if (scanned === plan.limit || bytes >= PAGE_BYTES) {
      last = whole;
      break;
    }
  }
  return {
    Count: count,
    ScannedCount: scanned,
    ...(plan.countOnly ? {} : { Items: items }),
    ...(last ? { LastEvaluatedKey: only(last, startKeyNames(plan.table, plan.index)) } : {}),
  };
}

/** The attributes of a LastEvaluatedKey: the table's key and the index's. */
export function startKeyNames(table: Table, index: SecondaryIndex | undefined): ReadonlySet<string> {
  return new Set([...table.key.attributes, ...(index?.key.attributes ?? [])].map(({ name }) => name));
}

function only(item: Item, names: ReadonlySet<string>): Item {
  const result: Item = {};
  for (const name of names) {
    const value: AttributeValue | undefined = attribute(item, name);
    if (value) setAttribute(result, name, value);
  }
  return result;
}
