import type { AuditReport } from '../audit/check.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';

/** What was looked at, and what is wrong with it. */
export function auditLines({ status, findings, keyFingerprint }: AuditReport, paint: Paint): readonly string[] {
  const lines = findings.flatMap(({ subject, links, faults }) => {
    const mark = faults.length === 0 ? paint.green('✓') : paint.red('✗');
    const count = links === undefined ? '' : paint.dim(`  ${links} links`);
    return [
      `${mark} ${printable(subject, false)}${count}`,
      ...faults.map((fault) => `    ${paint.red(printable(fault, false))}`),
    ];
  });
  const key = keyFingerprint === undefined ? [] : [paint.dim(`key SHA-256 ${keyFingerprint}`)];
  const verdict =
    status === 'intact'
      ? paint.green('Every hash and every signature fits.')
      : paint.red('This is not what was written.');
  return [...lines, ...key, verdict];
}
