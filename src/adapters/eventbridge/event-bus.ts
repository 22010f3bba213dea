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
      refused.push(...(await this.#send(events.slice(from, from + entriesPerRequest))));
    }
    return refused;
  }

  /** One request. What it refuses as a whole is tried event by event, so that one that is too large holds up no other. */
  async #send(batch: readonly OutboxEvent[]): Promise<readonly OutboxEvent[]> {
    try {
      const { Entries = [] } = await this.#client.send(
        new PutEventsCommand({ Entries: batch.map((event) => this.#entry(event)) }),
      );
      // FailedEntryCount only counts; each entry says for itself whether the bus took it.
      return batch.filter((_, index) => Entries[index]?.EventId === undefined);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ValidationException') throw error;
      if (batch.length === 1) return batch;
      const refused: OutboxEvent[] = [];
      for (const event of batch) refused.push(...(await this.#send([event])));
      return refused;
    }
  }

  #entry({ type, detail }: OutboxEvent) {
    return {
      EventBusName: this.#busName,
      Source: eventSource,
      DetailType: type,
      Time: new Date(detail.occurredAt),
      Resources: [],
      Detail: JSON.stringify(detail),
    };
  }
}
