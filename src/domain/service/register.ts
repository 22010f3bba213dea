import { appendFacts, emptyChain, type OutboxEvent } from '../event/chain.ts';
import type { Moment } from '../moment.ts';
import type { Service, TargetRef } from './service.ts';

export interface Registration {
  readonly name: string;
  readonly repository: string;
  readonly manifestPath: string;
  readonly repositoryCredentials?: string;
  readonly connection?: string;
  readonly owner: string;
  readonly environments: Readonly<Record<string, TargetRef>>;
  readonly correlationId: string;
  readonly traceId: string;
}

export interface ServiceDecision {
  readonly before: Service | undefined;
  readonly after: Service;
  readonly events: readonly OutboxEvent[];
}

/** Registers a service, or replaces its registration; history stays with the name. */
export function registerService(before: Service | undefined, wanted: Registration, moment: Moment): ServiceDecision {
  const { correlationId, traceId, ...registration } = wanted;
  const { head, events } = appendFacts(
    before?.chain ?? emptyChain,
    { aggregate: `service:${wanted.name}`, service: wanted.name, correlationId, traceId },
    [
      {
        type: 'service.registered',
        data: {
          repository: wanted.repository,
          owner: wanted.owner,
          environments: Object.fromEntries(
            Object.entries(wanted.environments).map(([name, target]) => [name, announced(target)]),
          ),
        },
      },
    ],
    moment,
  );
  return {
    before,
    after: {
      ...registration,
      createdAt: before?.createdAt ?? moment.at,
      updatedAt: moment.at,
      rev: (before?.rev ?? 0) + 1,
      chain: head,
    },
    events,
  };
}

/** What a consumer needs to find the target. */
function announced(target: TargetRef) {
  switch (target.kind) {
    case 'lambda': {
      const { kind, functionName, alias } = target;
      return { kind, functionName, alias };
    }
    case 'ecs': {
      const { kind, cluster, serviceName, controller } = target;
      return { kind, cluster, serviceName, controller };
    }
  }
}
