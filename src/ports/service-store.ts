import type { ServiceDecision } from '#domain/service/register.ts';
import type { Service } from '#domain/service/service.ts';

export interface ServiceStore {
  find(name: string): Promise<Service | undefined>;
  /** One transaction for the registration and its event. `revision_conflict`: load and decide again. */
  commit(decision: ServiceDecision): Promise<'committed' | 'revision_conflict'>;
}
