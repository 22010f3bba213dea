import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { requireBus } from './buses.ts';
import { compilePattern } from './event-pattern.ts';
import { BusReference, invalid, Limit, Name, NextToken, notFound, pageOf, ruleArn } from './names.ts';
import { rateMs } from './rate.ts';
import type { Rule, Rulebook } from './rulebook.ts';
import type { Schedules } from './schedules.ts';

interface Parts {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly rules: Rulebook;
  readonly schedules: Schedules;
}

const Reference = z.strictObject({ Name, EventBusName: BusReference });

export function ruleOperations({ store, clock, rules, schedules }: Parts): Readonly<Record<string, Operation>> {
  const requireRule = (bus: string, name: string): Rule => {
    const rule = rules.find(bus, name);
    if (!rule) throw notFound(`Rule ${name} does not exist on EventBus ${bus}.`);
    return rule;
  };
  const changed = (bus: string, name: string): void => {
    rules.changed();
    schedules.arm(bus, name);
  };
  const setEnabled = (input: unknown, enabled: boolean): void => {
    const { Name: name, EventBusName: bus } = parseInput(Reference, input);
    const { schedule } = requireRule(bus, name);
    store
      .prepare('UPDATE events_rules SET enabled = ?, next_ms = ? WHERE bus = ? AND name = ?')
      .run(enabled ? 1 : 0, enabled && schedule !== undefined ? clock.now() + rateMs(schedule) : null, bus, name);
    changed(bus, name);
  };

  return {
    PutRule(input) {
      const rule = parseInput(
        z.strictObject({
          Name,
          EventBusName: BusReference,
          EventPattern: z.string().max(4096).optional(),
          ScheduleExpression: z.string().max(256).optional(),
          State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
          Description: z.string().max(512).optional(),
          RoleArn: z.string().max(1600).optional(),
        }),
        input,
      );
      const { EventBusName: bus, EventPattern: pattern, ScheduleExpression: schedule } = rule;
      requireBus(store, bus);
      if (pattern === undefined && schedule === undefined) {
        throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
      }
      if (pattern !== undefined) compilePattern(pattern);
      if (schedule !== undefined && bus !== 'default') {
        throw invalid('ScheduleExpression is supported only on the default event bus.');
      }
      const nextMs = schedule !== undefined && rule.State === 'ENABLED' ? clock.now() + rateMs(schedule) : null;
      store
        .prepare(
          `INSERT OR REPLACE INTO events_rules (bus, name, pattern, schedule, enabled, description, role_arn, next_ms)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          bus,
          rule.Name,
          pattern ?? null,
          schedule ?? null,
          rule.State === 'ENABLED' ? 1 : 0,
          rule.Description ?? null,
          rule.RoleArn ?? null,
          nextMs,
        );
      changed(bus, rule.Name);
      return { RuleArn: ruleArn(bus, rule.Name) };
    },
    DescribeRule(input) {
      const { Name: name, EventBusName: bus } = parseInput(Reference, input);
      return shown(requireRule(bus, name));
    },
    ListRules(input) {
      const { NamePrefix, EventBusName, ...paging } = parseInput(
        z.strictObject({ NamePrefix: z.string().default(''), EventBusName: BusReference, Limit, NextToken }),
        input,
      );
      requireBus(store, EventBusName);
      const { page, ...next } = pageOf(
        rules.list(EventBusName).filter((rule) => rule.name.startsWith(NamePrefix)),
        (rule) => rule.name,
        paging,
      );
      return { Rules: page.map(shown), ...next };
    },
    DeleteRule(input) {
      const { Name: name, EventBusName: bus } = parseInput(Reference.extend({ Force: z.boolean().optional() }), input);
      if (rules.targets(bus, name).length > 0) throw invalid("Rule can't be deleted since it has targets.");
      store.prepare('DELETE FROM events_rules WHERE bus = ? AND name = ?').run(bus, name);
      changed(bus, name);
    },
    EnableRule: (input) => setEnabled(input, true),
    DisableRule: (input) => setEnabled(input, false),
  };
}

function shown(rule: Rule) {
  return {
    Name: rule.name,
    Arn: ruleArn(rule.bus, rule.name),
    EventPattern: rule.pattern,
    ScheduleExpression: rule.schedule,
    State: rule.enabled ? 'ENABLED' : 'DISABLED',
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.bus,
  };
}
