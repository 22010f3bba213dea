/** One line of figures: the column's name to what stands there. */
export type Row = Readonly<Record<string, string | number>>;

export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Words to the left, numbers to the right, and each column as wide as its widest cell. */
export function tableText({ title, rows }: Table): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns, ...rows.map((row) => columns.map((column) => cellText(row[column])))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  const isNumber = columns.map((column) => rows.every((row) => typeof (row[column] ?? 0) === 'number'));
  const text = lines.map((line) =>
    line
      .map((cell, index) => (isNumber[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return `${title}\n${text.map((line) => `  ${line}\n`).join('')}`;
}

function cellText(cell: string | number | undefined): string {
  if (typeof cell !== 'number') return cell ?? '';
  return String(Number.isInteger(cell) ? cell : round(cell));
}

/** To three figures that count, or to the tenth. */
export function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value * 10) / 10 : Number(value.toPrecision(3));
}
