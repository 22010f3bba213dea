import type * as z from 'zod';
import type { validateServiceManifest } from '#schemas/api/validate-service-manifest.ts';
import { meant } from './meant.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { widthOf } from './width.ts';

export type ManifestFault = z.infer<typeof validateServiceManifest.answer>['faults'][number];

/** Faults as compilers show them: place and message, the line and the one before it, and a caret. */
export function manifestFaultLines(
  file: string,
  text: string,
  faults: readonly ManifestFault[],
  paint: Paint,
  severity: 'fault' | 'warning' = 'fault',
): readonly string[] {
  const source = text.split(/\r\n|\n/);
  return faults.flatMap((fault, index) => [
    ...(index > 0 ? [''] : []),
    headOf(file, fault, paint, severity),
    ...excerpt(source, fault, paint),
  ]);
}

function headOf(file: string, fault: ManifestFault, paint: Paint, severity: 'fault' | 'warning'): string {
  const place = paint.bold(`${file}:${fault.line}:${fault.column}`);
  const message = printable(fault.message, false);
  const told = severity === 'fault' ? paint.red(message) : paint.yellow(`warning: ${message}`);
  return `${place}  ${told}${meant(fault, paint)}`;
}

function excerpt(source: readonly string[], { line, column }: ManifestFault, paint: Paint): readonly string[] {
  const digits = Math.max(3, String(line).length);
  const shown = [line - 1, line].flatMap((number) => {
    const text = source[number - 1];
    return text === undefined
      ? []
      : [`  ${paint.dim(`${String(number).padStart(digits)} |`)} ${printable(text, false)}`];
  });
  const before = printable((source[line - 1] ?? '').slice(0, column - 1), false);
  return [...shown, `  ${' '.repeat(digits)} ${paint.dim('|')} ${' '.repeat(widthOf(before))}${paint.red('^')}`];
}
