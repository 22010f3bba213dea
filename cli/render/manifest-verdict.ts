import type * as z from 'zod';
import type { validateServiceManifest } from '#schemas/api/validate-service-manifest.ts';
import { manifestFaultLines } from './manifest-faults.ts';
import type { Paint } from './paint.ts';

export type ManifestVerdict = z.infer<typeof validateServiceManifest.answer>;

/** What the service says of a manifest: every fault and warning at its place, and one line at the end. */
export function verdictLines(file: string, text: string, verdict: ManifestVerdict, paint: Paint): readonly string[] {
  const { valid, name, faults, warnings = [] } = verdict;
  if (!valid) {
    return [...manifestFaultLines(file, text, faults, paint), '', `${file} has ${counted(faults.length, 'fault')}.`];
  }
  const told = `${file} is valid${name === undefined ? '' : `: service ${name}`}`;
  if (warnings.length === 0) return [`${paint.green('✓')} ${told}`];
  return [
    ...manifestFaultLines(file, text, warnings, paint, 'warning'),
    '',
    `${paint.yellow('!')} ${told}, with ${counted(warnings.length, 'warning')}: deployments that need it are refused.`,
  ];
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
