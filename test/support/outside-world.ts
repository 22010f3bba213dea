import type { StageName } from '#schemas/workflows/build-plan.ts';
import type { ProbeAnswer } from '#ports/http-probe.ts';

/** A commit as it lies in the repository. */
export interface Commit {
  readonly manifest: string;
  readonly tree: string;
}

/** What becomes of a fetch of the source. */
export type FetchFate = 'succeeds' | 'does not find the commit' | 'is lost' | 'hangs';

/** What becomes of a build: what a stage comes to when it does not succeed, and how long each stage takes. */
export interface BuildFate extends Partial<Record<StageName, 'fails' | 'times out' | 'is lost' | 'hangs'>> {
  /** Default 2. */
  readonly stageSeconds?: number;
}

/** What the released service answers to a health check: a status, or nothing at all. */
export type HealthAnswer = number | 'unreachable';

/** What the service under test cannot decide: repositories, fates of builds, answers of released services. */
export interface OutsideWorld {
  readonly commits: Map<string, Commit>;
  /** Taken from the front, one for each start; when there is none left, all goes well. */
  readonly fetches: { fate: FetchFate; seconds: number }[];
  readonly builds: BuildFate[];
  /** Taken from the front; the last one is given for ever. */
  readonly health: HealthAnswer[];
  /** Names of services that answer 503, whatever the others do. */
  readonly sick: Set<string>;
}

export function outsideWorld(): OutsideWorld {
  return { commits: new Map(), fetches: [], builds: [], health: [], sick: new Set() };
}

export function healthAnswer({ health, sick }: OutsideWorld, url: string): ProbeAnswer {
  const [service = ''] = new URL(url).hostname.split('.');
  const answer = (sick.has(service) ? 503 : undefined) ?? (health.length > 1 ? health.shift() : health[0]) ?? 200;
  if (answer === 'unreachable') return { kind: 'unreachable', reason: 'refused the connection' };
  return { kind: 'answer', status: answer, body: answer === 200 ? '{"status":"ok"}' : 'no', durationMs: 4 };
}
