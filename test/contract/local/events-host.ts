import * as eb from '@aws-sdk/client-eventbridge';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createEvents, type LocalEvents } from '#local/services/events/events.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

/** EventBridge on a store of its own for each test, with targets that write down what they get. */
export interface EventsHost {
  clock: VirtualClock;
  local: LocalEvents;
  client: eb.EventBridgeClient;
  /** What targets got, unless `deliver` was replaced. */
  taken: { arn: string; event: unknown }[];
  deliver: (arn: string, event: unknown) => Promise<void>;
  /** Another process on the same store; the one before is left as it is. */
  start(): void;
  /** A rule with one target. */
  rule(name: string, pattern: unknown, target?: Partial<eb.Target>, bus?: string): Promise<unknown>;
  put(...entries: eb.PutEventsRequestEntry[]): Promise<eb.PutEventsCommandOutput>;
}

export const ours = { source: ['deployment-service'] };

export function arnOf(target: string): string {
  return `arn:aws:lambda:eu-west-1:000000000000:function:${target}`;
}

export function entry(
  detail: unknown = { n: 1 },
  more: Partial<eb.PutEventsRequestEntry> = {},
): eb.PutEventsRequestEntry {
  return { Source: 'deployment-service', DetailType: 'deployment.started', Detail: JSON.stringify(detail), ...more };
}

export function detailOf(event: unknown): unknown {
  return (event as { detail: unknown }).detail;
}

export function useEvents(): EventsHost {
  let directory: string;
  const host = {
    start() {
      host.local = createEvents({
        store: openStore(join(directory, 'host.sqlite')),
        clock: host.clock,
        deliver: (arn, event) => host.deliver(arn, event),
      });
      host.client = new eb.EventBridgeClient(against(createGateway([host.local])));
    },
    async rule(name, pattern, target = {}, EventBusName = 'default') {
      await host.client.send(
        new eb.PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern), EventBusName }),
      );
      const Targets = [{ Id: 't', Arn: arnOf(name), ...target }];
      return host.client.send(new eb.PutTargetsCommand({ Rule: name, EventBusName, Targets }));
    },
    put: (...Entries) => host.client.send(new eb.PutEventsCommand({ Entries })),
  } as EventsHost;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'events-'));
    host.clock = virtualClock();
    host.taken = [];
    host.deliver = async (arn, event) => void host.taken.push({ arn, event });
    host.start();
  });
  afterEach(async () => {
    await host.local.close();
    rmSync(directory, { recursive: true });
  });
  return host;
}
