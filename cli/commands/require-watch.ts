import { UsageError } from '../usage-error.ts';

/** @throws UsageError for a time limit on nothing */
export function requireWatch(options: { readonly watch?: true; readonly timeout?: number }): void {
  if (options.timeout === undefined || options.watch) return;
  throw new UsageError('--timeout limits watching.', 'Give it together with --watch.');
}
