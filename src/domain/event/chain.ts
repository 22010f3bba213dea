import type { EventDetail, Fact } from '#schemas/events/catalog.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { Moment } from '../moment.ts';

/** The end of an aggregate's chain of events; the next one continues it. */
export interface ChainHead {
  /** Number of the last event; 0 before the first. */
  readonly seq: number;
  /** SHA-256 of the last event's detail. */
  readonly hash: string;
}

export const emptyChain: ChainHead = { seq: 0, hash: '0'.repeat(64) };

/** An event as it lies in the outbox. */
export interface OutboxEvent {
  readonly aggregate: string;
  readonly type: Fact['type'];
  readonly detail: EventDetail;
}

/** What all events of one aggregate share. */
export interface Subject {
  readonly aggregate: string;
  readonly service: string;
  readonly environment?: string;
  readonly deploymentId?: string;
  readonly correlationId: string;
  readonly traceId: string;
}

/** Wraps facts into envelopes that continue the chain. */
export function appendFacts(
  head: ChainHead,
  subject: Subject,
  facts: readonly Fact[],
  moment: Moment,
): { readonly head: ChainHead; readonly events: readonly OutboxEvent[] } {
  const { aggregate, ...shared } = subject;
  const events: OutboxEvent[] = [];
  let current = head;
  for (const fact of facts) {
    const seq = current.seq + 1;
    const detail: EventDetail = {
      schemaVersion: 1,
      id: `${aggregate}#${seq}`,
      seq,
      prevHash: current.hash,
      type: fact.type,
      occurredAt: moment.at,
      actor: moment.actor,
      ...shared,
      data: fact.data,
    };
    events.push({ aggregate, type: fact.type, detail });
    current = { seq, hash: moment.hash(canonicalJson(detail)) };
  }
  return { head: current, events };
}

/**
 * The first place where a sequence of details is not one unbroken chain, or `undefined` when it is.
 *
 * @param details in the order of `seq`
 */
export function findBreak(details: readonly EventDetail[], hash: (text: string) => string): string | undefined {
  let head = emptyChain;
  for (const detail of details) {
    if (detail.seq !== head.seq + 1) return `after #${head.seq} comes #${detail.seq}`;
    if (detail.prevHash !== head.hash) return `#${detail.seq} does not continue #${head.seq}`;
    head = { seq: detail.seq, hash: hash(canonicalJson(detail)) };
  }
  return undefined;
}
