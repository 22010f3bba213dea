import type { EventDetail } from '#schemas/events/catalog.ts';
import { names } from '#local/stack/names.ts';
import type { WorkflowHost } from './workflow-host.ts';

interface PublishedEvent {
  readonly type: string;
  readonly detail: EventDetail;
}

/**
 * The events of a deployment that the bus took, in order of `seq`. One that came twice is there once.
 *
 * @throws Error when two events of one id differ
 */
export function deploymentEvents({ account }: WorkflowHost, deploymentId: string): readonly PublishedEvent[] {
  const byId = new Map<string, PublishedEvent>();
  for (const envelope of account.events.archived(names.bus)) {
    const event = { type: envelope['detail-type'], detail: envelope.detail as EventDetail };
    if (event.detail.deploymentId !== deploymentId) continue;
    const { id } = event.detail;
    const known = byId.get(id);
    if (known && JSON.stringify(known) !== JSON.stringify(event)) throw new Error(`Two events have the id ${id}.`);
    byId.set(id, event);
  }
  return [...byId.values()].sort((one, other) => one.detail.seq - other.detail.seq);
}
