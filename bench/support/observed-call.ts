import type { Interval } from './interval.ts';

/** Something that the host asked of its endpoint or of a released service, as it was seen from the edge. */
export type ObservedCall = Interval &
  (
    | { readonly kind: 'table-write'; readonly operation: string; readonly entities: readonly string[] }
    /** A stage's mark, posted by a runner that waits for the answer. */
    | { readonly kind: 'mark' }
    /** A call about a team's own function: its code, its versions, its alias. */
    | { readonly kind: 'target' }
    /** A health check. */
    | { readonly kind: 'probe' }
  );
