import type { RowPattern } from './catalog.ts';

/** A pattern in the language of Lambda's event source mappings; what the two hosts give to theirs. */
export interface RowFilter {
  readonly [member: string]:
    | RowFilter
    | readonly (string | { readonly prefix: string } | { readonly exists: boolean })[];
}

/** What a mapping lets through: a record that matches any of these. */
export function rowFilters(rows: readonly RowPattern[]): readonly RowFilter[] {
  return rows.map(({ eventName, pk, sk, without }) => ({
    eventName: [eventName],
    dynamodb: {
      Keys: {
        pk: { S: [{ prefix: pk }] },
        ...(sk !== undefined && { sk: { S: [{ prefix: sk }] } }),
      },
      // Lambda looks for existence at leaves only, and the leaf of a text is its type.
      ...(without !== undefined && { NewImage: { [without]: { S: [{ exists: false }] } } }),
    },
  }));
}
