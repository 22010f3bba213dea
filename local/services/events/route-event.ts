import type { DatabaseSync } from 'node:sqlite';
import type { Archives } from './archives.ts';
import type { EventEnvelope } from './event-envelope.ts';
import { ruleArn } from './names.ts';
import type { ReadyRule, Rulebook } from './rulebook.ts';

/** EventBridge's own defaults: 24 hours and up to 185 times. */
const DEFAULT_MAX_RETRIES = 185;
const DEFAULT_MAX_AGE_SECONDS = 86_400;

export interface DirectDelivery {
  readonly id: string;
  /** Whose delivery it is, such as the ARN of a schedule. */
  readonly sourceArn: string;
  readonly targetArn: string;
  readonly payload: unknown;
  readonly maxRetries: number | undefined;
  readonly maxAgeSeconds: number | undefined;
}

/** Writes what an event causes: one delivery for each target of each rule that it matches, and its archived copies. */
export interface EventRouter {
  /** Call both in a transaction. Gives the ids of the deliveries. */
  byPattern(bus: string, event: EventEnvelope, nowMs: number): number[];
  /** What another service hands to a target of its own, by the rules of the bus for retries. */
  direct(delivery: DirectDelivery, nowMs: number): number;
  /** An event that one rule's schedule made; it goes to that rule's targets alone. */
  toRule(ready: ReadyRule, event: EventEnvelope, nowMs: number): number[];
}

export function createRouter(store: DatabaseSync, rules: Rulebook, archives: Archives): EventRouter {
  const insert = store.prepare(
    `INSERT INTO events_deliveries
       (event_id, rule_arn, target_arn, payload, dead_letter_arn, max_retries, max_age_ms, accepted_ms, retries, next_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
  );
  const toRule: EventRouter['toRule'] = ({ rule, targets }, event, nowMs) =>
    targets.map(({ target, makeInput }) => {
      const arn = ruleArn(rule.bus, rule.name);
      const facts = { ruleArn: arn, ruleName: rule.name, ingestionTime: new Date(nowMs).toISOString() };
      const inserted = insert.run(
        event.id,
        arn,
        target.Arn,
        JSON.stringify(makeInput({ ...event }, facts)),
        target.DeadLetterConfig?.Arn ?? null,
        target.RetryPolicy?.MaximumRetryAttempts ?? DEFAULT_MAX_RETRIES,
        (target.RetryPolicy?.MaximumEventAgeInSeconds ?? DEFAULT_MAX_AGE_SECONDS) * 1000,
        nowMs,
        nowMs,
      );
      return Number(inserted.lastInsertRowid);
    });
  return {
    toRule,
    direct: (delivery, nowMs) =>
      Number(
        insert.run(
          delivery.id,
          delivery.sourceArn,
          delivery.targetArn,
          JSON.stringify(delivery.payload),
          null,
          delivery.maxRetries ?? DEFAULT_MAX_RETRIES,
          (delivery.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS) * 1000,
          nowMs,
          nowMs,
        ).lastInsertRowid,
      ),
    byPattern(bus, event, nowMs) {
      archives.keep(bus, event, nowMs);
      return rules
        .ready(bus)
        .filter((ready) => ready.matches(event))
        .flatMap((ready) => toRule(ready, event, nowMs));
    },
  };
}
