import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { OutboxEvent } from '#domain/event/chain.ts';
import type { EventBus } from '#ports/event-bus.ts';
import { eventSource } from '#schemas/events/envelope.ts';

const entriesPerRequest = 10;

export class EventBridgeBus implements EventBus {
  readonly #client: EventBridgeClient;
  readonly #busName: string;

  constructor(client: EventBridgeClient, busName: string) {
    this.#client = client;
    this.#busName = busName;
  }

  async publish(events: readonly OutboxEvent[]): Promise<readonly OutboxEvent[]> {
    const refused: OutboxEvent[] = [];
    for (let from = 0; from < events.length; from += entriesPerRequest) {
      const batch = events.slice(from, from + entriesPerRequest);
      const { Entries = [] } = await this.#client.send(
        new PutEventsCommand({
          Entries: batch.map(({ type, detail }) => ({
            EventBusName: this.#busName,
            Source: eventSource,
            DetailType: type,
            Time: new Date(detail.occurredAt),
            Resources: [],
            Detail: JSON.stringify(detail),
          })),
        }),
      );
      // FailedEntryCount only counts; each entry says for itself whether the bus took it.
      refused.push(...batch.filter((_, index) => Entries[index]?.EventId === undefined));
    }
    return refused;
  }
}
