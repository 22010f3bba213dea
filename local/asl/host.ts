import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import type { Sources } from './aws-functions.ts';
import type { Integration } from './integration.ts';
import type { Journal } from './journal.ts';
import type { Outbox } from './outbox.ts';

/** What all executions of one engine share. */
export interface Host {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly sources: Sources;
  readonly integrations: Readonly<Record<string, Integration>>;
  readonly journal: Journal;
  readonly outbox: Outbox;
  /** Work that `idle` waits for. */
  readonly track: (work: Promise<void>) => void;
}
