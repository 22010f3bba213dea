import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the buildspec finds what to export. */
const outputsFile = (directory: string): string => join(directory, 'outputs.env');

/** Removes what an earlier run, or a command of the build, left: without the file the buildspec's `.` fails as well. */
export function clearOutputs(directory: string): void {
  rmSync(outputsFile(directory), { force: true, recursive: true });
}

/** Leaves `values` as shell exports, quoted so that no value can become a command. */
export function writeOutputs(directory: string, values: Readonly<Record<string, string>>): void {
  clearOutputs(directory);
  const lines = Object.entries(values).map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`);
  writeFileSync(outputsFile(directory), lines.join(''), { flag: 'wx' });
}

/** One word for any POSIX shell. */
export function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
