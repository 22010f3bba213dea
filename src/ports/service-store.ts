import type { ServiceDecision } from '#domain/service/register.ts';
import type { Service } from '#domain/service/service.ts';

export interface ServicePage {
  readonly items: readonly Service[];
  /** The last name of the page, when there is more. */
  readonly next?: string;
}

export interface ServiceStore {
  find(name: string): Promise<Service | undefined>;
  /** Services by name, from behind `after` on; may be a moment behind. */
  list(query: { readonly limit: number; readonly after?: string }): Promise<ServicePage>;
  /** One transaction for the registration and its event. `revision_conflict`: load and decide again. */
  commit(decision: ServiceDecision): Promise<'committed' | 'revision_conflict'>;
}
