import { padEnd, widthOf } from './width.ts';

/** Rows with their columns aligned, two blanks between them; a column that is empty in every row is left out. */
export function table(rows: readonly (readonly string[])[], header?: readonly string[]): readonly string[] {
  const columns = Math.max(...rows.map((row) => row.length), 0);
  const used = Array.from({ length: columns }, (_, column) => column).filter((column) =>
    rows.some((row) => row[column]),
  );
  const all = header && rows.length > 0 ? [header, ...rows] : rows;
  const widths = used.map((column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all.map((row) =>
    used
      .map((column, index) => padEnd(row[column] ?? '', widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
