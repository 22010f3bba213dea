import type { NotifiedType } from '#schemas/events/notified-events.ts';
import { plainLine } from './plain-line.ts';
import type { Message } from './message.ts';

/** Failures of one service in one environment that follow each other within this become one more message. */
export const burstMinutes = 10;

/** Events of which many may come at once. One that a person has to act on at once is never held back. */
const held: readonly NotifiedType[] = ['deployment.failed', 'deployment.rolled_back'];

export function isHeldInBursts(type: NotifiedType): boolean {
  return held.includes(type);
}

/** Failures that were held back after one that was told of. */
export interface HeldFailures {
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly count: number;
  /** When the one that was told of came. */
  readonly since: string;
  /** The newest of them. */
  readonly last: { readonly deploymentId: string; readonly type: NotifiedType; readonly title: string };
}

/** The one message for all of them. */
export function digestOf(
  { id, service, environment, count, since, last }: HeldFailures,
  link: string | undefined,
): Message {
  return {
    id,
    kind: 'digest',
    service,
    environment,
    title: plainLine(`${service}: and ${count} more ${count === 1 ? 'failure' : 'failures'} in ${environment}`),
    lines: [`Since ${since}; the newest: ${last.title}`].map(plainLine),
    nextAction: 'Something fails again and again: hold deployments back until it is found.',
    ...(link !== undefined && { link }),
  };
}
