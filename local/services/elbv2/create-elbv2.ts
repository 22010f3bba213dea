import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { ServiceFault, type WireService } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';
import { checkTarget, type CheckTarget } from './check-target.ts';
import type { QueryOperation } from './elb-context.ts';
import { loadBalancerOperations } from './load-balancer-operations.ts';
import { queryAnswer, queryFault } from './query-answer.ts';
import { readQuery } from './query-input.ts';
import { openRecords } from './records.ts';
import { createRouting, isUsed, type Routing } from './routing.ts';
import { ruleOperations } from './rule-operations.ts';
import { targetGroupOperations } from './target-group-operations.ts';
import { targetOperations } from './target-operations.ts';
import { createTargets, type Targets } from './targets.ts';

export interface LoadBalancing extends WireService, Routing {
  readonly targets: Targets;
  /** Whether a target group exists, and whether a load balancer sends anything to it. */
  stateOf(targetGroup: string): 'absent' | 'unused' | 'used';
  /** At boot: takes up the health checks of what is registered. */
  resume(): void;
  close(): void;
}

/** The local Elastic Load Balancing, version 2; see `behaviour.md`. The traffic itself goes through `local/balancer`. */
export function createElbV2(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** How a target's health is found out. Default: over HTTP. */
  readonly check?: CheckTarget;
}): LoadBalancing {
  const { store, clock, check = checkTarget } = options;
  const records = openRecords(store);
  const targets = createTargets({ store, clock, records, check });
  const context = { clock, records, targets };
  const operations: Readonly<Record<string, QueryOperation>> = {
    ...loadBalancerOperations(context),
    ...ruleOperations(context),
    ...targetGroupOperations(context),
    ...targetOperations(context),
  };

  return {
    name: 'elasticloadbalancing',
    fault: queryFault,
    async handle(request) {
      const { action, input } = readQuery(request.body, request.query);
      const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
      if (!operation) {
        throw new ServiceFault(
          'InvalidAction',
          `The local endpoint has no operation ${action} of Elastic Load Balancing. See its behaviour.md.`,
        );
      }
      return queryAnswer(
        action,
        transaction(store, () => operation(input)),
      );
    },
    ...createRouting(records),
    targets,
    stateOf(targetGroup) {
      if (!records.find('target-group', targetGroup)) return 'absent';
      return isUsed(records, targetGroup) ? 'used' : 'unused';
    },
    resume: () => targets.resume(),
    close: () => targets.close(),
  };
}
