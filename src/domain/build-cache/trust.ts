/** Whose results a build may take, in this order, and where its own go. */
export interface CacheTrust {
  readonly reads: readonly string[];
  readonly writes: string;
}

const trusted = 'trusted';

/**
 * What goes to an environment that people rely on shares one namespace. A preview builds what nobody has approved: it may
 * take from that namespace, but leaves its own results where only the same preview looks.
 */
export function cacheTrust(environment: string): CacheTrust {
  const isPreview = environment.startsWith('pr-');
  return isPreview ? { reads: [environment, trusted], writes: environment } : { reads: [trusted], writes: trusted };
}
