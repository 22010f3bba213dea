/** Where an effect stands when its answer is lost: never begun, or done. */
export type Effect = 'none' | 'done';

/** What goes wrong with one request to the endpoint. */
export type RequestFault =
  | { readonly kind: 'throttled' }
  | { readonly kind: 'failed'; readonly effect: Effect }
  | { readonly kind: 'reset'; readonly effect: Effect }
  | { readonly kind: 'slow'; readonly milliseconds: number };

/** What goes wrong with something that is handed over: a stream record, or an event on its way to a target. */
export type HandoverFault = 'lost' | 'twice';

/** A function that ends without a word at one of its calls, before or after the call has had its effect. */
export interface Stop {
  /** Counted from 1. */
  readonly atCall: number;
  readonly effect: Effect;
}

export const faultKinds = [
  'throttled',
  'failed',
  'reset',
  'slow',
  'outage',
  'stop',
  'record',
  'delivery',
  'build',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultSettings {
  readonly seed: number;
  /** The chance of a fault for each request, from 0 to 1; what is rarer than requests has a multiple of it. */
  readonly rate: number;
  /** Default: all. */
  readonly kinds?: readonly FaultKind[];
}

/** A request as the plan knows it. */
export interface PlannedCall {
  readonly service: string;
  readonly action: string;
  /** How many requests of this service and action came before. */
  readonly ofAction: number;
  /** How many requests of this service came before. */
  readonly ofService: number;
}

/**
 * Which faults a seed means: each answer is a pure function of the settings and of how many of the same kind came before.
 * Requests of other kinds do not count, so that the order of what runs side by side matters little.
 */
export interface FaultPlan {
  request(call: PlannedCall): RequestFault | undefined;
  /** @param nth how many invocations of the function came before */
  stop(functionName: string, nth: number): Stop | undefined;
  /** @param nth how many records for this receiver came before */
  record(receiver: string, nth: number): HandoverFault | undefined;
  /** @param nth how many events for this target came before */
  delivery(target: string, nth: number): HandoverFault | undefined;
  /** After so many milliseconds the machine of the build is gone. */
  lostBuild(nth: number): number | undefined;
}

/** Of one request. The rest of what makes up a deployment happens so much less often. */
const weights = { outage: 1, stop: 4, record: 4, delivery: 4, build: 8 } as const;
/** Over so many requests in a row a service is out, which is more than a client asks again. */
const outageRequests = 12;
const mostCalls = 6;
const slowestMs = 4_000;
const longestBuildMs = 8_000;

export function faultPlan({ seed, rate, kinds = faultKinds }: FaultSettings): FaultPlan {
  const chance = (...site: readonly (string | number)[]): number => chanceOf(seed, site.join('/'));
  const hits = (kind: keyof typeof weights, ...site: readonly (string | number)[]): boolean =>
    kinds.includes(kind) && chance(kind, ...site) < rate * weights[kind];
  const handover = (kind: 'record' | 'delivery', receiver: string, nth: number): HandoverFault | undefined => {
    if (!hits(kind, receiver, nth)) return undefined;
    return chance(kind, 'how', receiver, nth) < 0.5 ? 'lost' : 'twice';
  };
  const effectAt = (...site: readonly (string | number)[]): Effect =>
    chance('effect', ...site) < 0.5 ? 'none' : 'done';

  return {
    request({ service, action, ofAction, ofService }) {
      const block = Math.floor(ofService / outageRequests);
      if (hits('outage', service, block)) {
        return chance('out', service, block) < 0.5 ? { kind: 'throttled' } : { kind: 'failed', effect: 'none' };
      }
      const site = [service, action, ofAction] as const;
      if (chance('request', ...site) >= rate) return undefined;
      const possible = requestKinds.filter(({ kind }) => kinds.includes(kind));
      const all = possible.reduce((sum, { share }) => sum + share, 0);
      let left = chance('kind', ...site) * all;
      const chosen = possible.find(({ share }) => (left -= share) < 0);
      switch (chosen?.kind) {
        case 'throttled':
          return { kind: 'throttled' };
        case 'failed':
        case 'reset':
          return { kind: chosen.kind, effect: effectAt(...site) };
        case 'slow':
          return { kind: 'slow', milliseconds: Math.ceil(chance('slow', ...site) * slowestMs) };
        default:
          return undefined;
      }
    },
    stop(functionName, nth) {
      if (!hits('stop', functionName, nth)) return undefined;
      const atCall = 1 + Math.floor(chance('call', functionName, nth) * mostCalls);
      return { atCall, effect: effectAt('stop', functionName, nth) };
    },
    record: (receiver, nth) => handover('record', receiver, nth),
    delivery: (target, nth) => handover('delivery', target, nth),
    lostBuild: (nth) => (hits('build', nth) ? Math.ceil(chance('after', nth) * longestBuildMs) : undefined),
  };
}

const requestKinds = [
  { kind: 'throttled', share: 30 },
  { kind: 'failed', share: 35 },
  { kind: 'reset', share: 20 },
  { kind: 'slow', share: 15 },
] as const;

/** From 0 to below 1, the same for the same seed and site (FNV-1a, then the finalizer of MurmurHash3). */
function chanceOf(seed: number, site: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < site.length; index++) hash = Math.imul(hash ^ site.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
