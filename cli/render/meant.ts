import type { Paint } from './paint.ts';
import { printable } from './printable.ts';

/** What was probably meant, to stand behind a message; nothing when the message asks that itself. */
export function meant(
  fault: { readonly message: string; readonly suggestion?: string | undefined },
  paint: Paint,
): string {
  if (fault.suggestion === undefined || /did you mean/i.test(fault.message)) return '';
  return `  ${paint.green(`(did you mean ${printable(fault.suggestion, false)}?)`)}`;
}
