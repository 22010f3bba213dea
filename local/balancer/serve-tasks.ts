import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Action } from '../services/elbv2/records.ts';
import { chooseGroup, type Routing } from '../services/elbv2/routing.ts';
import { nameOf, type Targets } from '../services/elbv2/targets.ts';
import { forwardToTarget } from './forward-to-target.ts';
import type { HttpAnswer } from './function-url-answer.ts';
import { problem } from './problem.ts';
import { createTargetConnections } from './target-connections.ts';
import type { TrafficStats } from './traffic-stats.ts';

/** The part of the local Elastic Load Balancing that the balancer needs. */
export interface LoadBalancerRules extends Routing {
  readonly targets: Pick<Targets, 'take' | 'onGone'>;
}

export interface TaskServer {
  /**
   * Answers through the tasks behind a host, or says what to answer instead.
   * `undefined`: the answer is on its way, or the client is gone.
   */
  serve(
    host: string,
    action: Action,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<HttpAnswer | undefined>;
  close(): void;
}

export function createTaskServer(options: {
  readonly rules: LoadBalancerRules;
  readonly stats: TrafficStats;
  readonly random: () => number;
  /** Whether the balancer takes no more connections, so that none is kept after its answer. */
  readonly closing: () => boolean;
}): TaskServer {
  const { rules, stats, random, closing } = options;
  const connections = createTargetConnections();
  rules.targets.onGone((place) => connections.forget(place));

  const forward = async (host: string, group: string, incoming: IncomingMessage, response: ServerResponse) => {
    const tried = new Set<string>();
    for (;;) {
      const target = rules.targets.take(group, tried);
      if (!target) {
        if (tried.size > 0) return problem(502, `No task of "${host}" could be reached.`);
        return problem(503, `No healthy task serves "${host}".`, { 'retry-after': '5' });
      }
      tried.add(nameOf(target));
      const { version } = target;
      const startedMs = performance.now();
      const answerHeaders = () => ({
        ...(version !== undefined && { 'x-executed-version': version }),
        ...(closing() && { connection: 'close' }),
      });
      try {
        const outcome = await forwardToTarget({ incoming, response, target, connections, answerHeaders });
        // Whoever was not reached has been sent nothing, and another one is asked.
        if (outcome.kind === 'unsent') {
          if (response.destroyed) return undefined;
          continue;
        }
        const status = outcome.kind === 'answered' ? outcome.status : outcome.answer.status;
        stats.record({
          of: host,
          version: version ?? nameOf(target),
          failed: status >= 500,
          latencyMs: performance.now() - startedMs,
        });
        if (outcome.kind === 'answered') return undefined;
        if (!response.headersSent) return outcome.answer;
        // Half an answer must not look like a whole one.
        response.destroy();
        return undefined;
      } finally {
        target.release();
      }
    }
  };

  return {
    async serve(host, action, incoming, response) {
      if (action.kind === 'fixed') {
        const headers = { 'content-type': action.contentType };
        return { status: action.status, headers, body: Buffer.from(action.body) };
      }
      const group = chooseGroup(action.groups, random());
      if (group === undefined) return problem(503, `The rule of "${host}" sends nothing to any target group.`);
      return forward(host, group, incoming, response);
    },
    close: () => connections.close(),
  };
}
