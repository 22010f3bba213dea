import type { ApiContract } from '#schemas/api/contract.ts';

/** Requests a second in the long run, and how many may come at once on top. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** Where one operation costs much more than the others; the rest share the limit of the stage. */
const own: Readonly<Record<string, RateLimit>> = {
  // Reads a month of records.
  'get-deployment-metrics': { perSecond: 5, burst: 10 },
  // Parses up to a mebibyte of YAML, for anybody who may read.
  'validate-service-manifest': { perSecond: 20, burst: 40 },
  // Public: whoever has no secret is refused by a function that has to be run for it.
  'receive-github-webhook': { perSecond: 50, burst: 100 },
  'receive-gitlab-webhook': { perSecond: 50, burst: 100 },
};
/** Each holds a function for minutes. */
const streaming: RateLimit = { perSecond: 20, burst: 50 };

/** The limit of one operation, where it has one of its own. */
export function ownLimit({ operation, streams }: ApiContract): RateLimit | undefined {
  return own[operation] ?? (streams ? streaming : undefined);
}
