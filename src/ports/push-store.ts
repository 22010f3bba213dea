import type { PushDecision } from '#domain/delivery/record-push.ts';
import type { Push, PushOutcome } from '#domain/delivery/push.ts';
import type { Service } from '#domain/service/service.ts';

/** The pushes of services, and which services a repository has. */
export interface PushStore {
  /** Services whose repository has one of these identities. A registration shows here after a moment. */
  servicesOf(identities: readonly string[]): Promise<readonly Service[]>;
  /**
   * One transaction for the push, its event and the claims of its delivery.
   *
   * @returns `known` when one of the claims is taken: the delivery was dealt with; `revision_conflict`: load and decide again
   */
  commit(decision: PushDecision): Promise<'committed' | 'known' | 'revision_conflict'>;
  find(service: string, seq: number): Promise<Push | undefined>;
  /** Pushes recorded before an instant of which nothing has come yet, the oldest first. One shows here after a moment. */
  openSince(instant: string): AsyncIterable<Push>;
  /** Records what came of a push, where there is nothing to tell of; the first to say so is right. */
  settle(push: Push, outcome: PushOutcome): Promise<void>;
}
