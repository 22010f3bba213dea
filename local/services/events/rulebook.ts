import type { DatabaseSync } from 'node:sqlite';
import { compilePattern, type EventMatcher } from './event-pattern.ts';
import { compileInput } from './target-input.ts';
import type { Target } from './targets.ts';

export interface Rule {
  readonly bus: string;
  readonly name: string;
  readonly pattern: string | undefined;
  readonly schedule: string | undefined;
  readonly enabled: boolean;
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
  /** When the schedule fires next, in milliseconds since the epoch. */
  readonly nextMs: number | undefined;
}

export interface ReadyTarget {
  readonly target: Target;
  readonly makeInput: ReturnType<typeof compileInput>;
}

/** A rule with its pattern and its targets' inputs compiled. */
export interface ReadyRule {
  readonly rule: Rule;
  readonly matches: EventMatcher;
  readonly targets: readonly ReadyTarget[];
}

/** Rules and targets as they lie in the store, and compiled for the events that pass by. */
export interface Rulebook {
  find(bus: string, name: string): Rule | undefined;
  list(bus: string): readonly Rule[];
  targets(bus: string, rule: string): readonly Target[];
  /** The enabled rules of a bus; compiled once, until `changed`. */
  ready(bus: string): readonly ReadyRule[];
  /** Call it after each change of a rule or a target. */
  changed(): void;
}

export function openRulebook(store: DatabaseSync): Rulebook {
  const compiled = new Map<string, readonly ReadyRule[]>();

  const book: Rulebook = {
    find(bus, name) {
      const row = store.prepare('SELECT * FROM events_rules WHERE bus = ? AND name = ?').get(bus, name);
      return row && toRule(row);
    },
    list: (bus) => store.prepare('SELECT * FROM events_rules WHERE bus = ? ORDER BY name').all(bus).map(toRule),
    targets: (bus, rule) =>
      store
        .prepare('SELECT target FROM events_targets WHERE bus = ? AND rule = ? ORDER BY id')
        .all(bus, rule)
        .map((row) => JSON.parse(String(row['target'])) as Target),
    ready(bus) {
      const known = compiled.get(bus);
      if (known) return known;
      const rules = book
        .list(bus)
        .filter((rule) => rule.enabled)
        .map((rule) => ({
          rule,
          matches: rule.pattern === undefined ? () => false : compilePattern(rule.pattern),
          targets: book.targets(bus, rule.name).map((target) => ({ target, makeInput: compileInput(target) })),
        }));
      compiled.set(bus, rules);
      return rules;
    },
    changed: () => compiled.clear(),
  };
  return book;
}

function toRule(row: Readonly<Record<string, unknown>>): Rule {
  const text = (name: string): string | undefined => {
    const value = row[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    bus: String(row['bus']),
    name: String(row['name']),
    pattern: text('pattern'),
    schedule: text('schedule'),
    enabled: row['enabled'] === 1,
    description: text('description'),
    roleArn: text('role_arn'),
    nextMs: row['next_ms'] === null ? undefined : Number(row['next_ms']),
  };
}
