import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';
import { BusReference, Limit, Name, NextToken, notFound, pageOf } from './names.ts';
import type { Rulebook } from './rulebook.ts';
import { compileInput } from './target-input.ts';

const MOST_TARGETS_PER_RULE = 5;

const Arn = z
  .string()
  .max(1600)
  .regex(/^arn:[\w-]+:[\w-]+:[\w-]*:\d*:.+$/, 'Provided Arn is not in correct format.');

const Target = z.strictObject({
  Id: Name,
  Arn,
  RoleArn: Arn.optional(),
  Input: z.string().max(8192).optional(),
  InputPath: z.string().max(256).optional(),
  InputTransformer: z
    .strictObject({
      InputPathsMap: z.record(z.string(), z.string()).optional(),
      InputTemplate: z.string().min(1).max(8192),
    })
    .optional(),
  DeadLetterConfig: z.strictObject({ Arn: Arn.optional() }).optional(),
  RetryPolicy: z
    .strictObject({
      MaximumRetryAttempts: z.int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.int().min(60).max(86_400).optional(),
    })
    .optional(),
});

/** A target as PutTargets gave it. */
export type Target = z.output<typeof Target>;

const RuleReference = { Rule: Name, EventBusName: BusReference };

export function targetOperations(store: DatabaseSync, rules: Rulebook): Readonly<Record<string, Operation>> {
  const requireRule = (bus: string, rule: string): void => {
    if (!rules.find(bus, rule)) throw notFound(`Rule ${rule} does not exist on EventBus ${bus}.`);
  };
  return {
    PutTargets(input) {
      const { Rule, EventBusName, Targets } = parseInput(
        z.strictObject({ ...RuleReference, Targets: z.array(Target).min(1).max(100) }),
        input,
      );
      requireRule(EventBusName, Rule);
      for (const target of Targets) compileInput(target);
      transaction(store, () => {
        const put = store.prepare('INSERT OR REPLACE INTO events_targets (bus, rule, id, target) VALUES (?, ?, ?, ?)');
        for (const target of Targets) put.run(EventBusName, Rule, target.Id, JSON.stringify(target));
        if (rules.targets(EventBusName, Rule).length > MOST_TARGETS_PER_RULE) {
          throw new ServiceFault(
            'LimitExceededException',
            'The requested resource exceeds the maximum number allowed.',
          );
        }
      });
      rules.changed();
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule(input) {
      const { Rule, EventBusName, ...paging } = parseInput(
        z.strictObject({ ...RuleReference, Limit, NextToken }),
        input,
      );
      requireRule(EventBusName, Rule);
      const { page, ...next } = pageOf(rules.targets(EventBusName, Rule), (target) => target.Id, paging);
      return { Targets: page, ...next };
    },
    RemoveTargets(input) {
      const { Rule, EventBusName, Ids } = parseInput(
        z.strictObject({ ...RuleReference, Ids: z.array(Name).min(1).max(100), Force: z.boolean().optional() }),
        input,
      );
      requireRule(EventBusName, Rule);
      const remove = store.prepare('DELETE FROM events_targets WHERE bus = ? AND rule = ? AND id = ?');
      const unknown = Ids.filter((id) => remove.run(EventBusName, Rule, id).changes === 0);
      rules.changed();
      return {
        FailedEntryCount: unknown.length,
        FailedEntries: unknown.map((id) => ({
          TargetId: id,
          ErrorCode: 'ResourceNotFoundException',
          ErrorMessage: `Rule ${Rule} has no target ${id}.`,
        })),
      };
    },
  };
}
