import type { Failure } from '#schemas/workflows/failure.ts';
import { appendFacts } from '../event/chain.ts';
import type { Moment } from '../moment.ts';
import type { ServiceDecision } from '../service/register.ts';
import type { Service } from '../service/service.ts';
import { actorOf, type Push, type PushNotice, type PushOutcome } from './push.ts';

/** A change of a service's chain that writes one of its pushes. */
export interface PushDecision extends ServiceDecision {
  readonly push: Push;
  /** What must not have been dealt with before: once it is, the same delivery comes to nothing. */
  readonly claims: readonly string[];
}

interface RequestIds {
  readonly correlationId: string;
  readonly traceId: string;
}

/** Records that a push to a service's repository was told of. */
export function recordPush(
  service: Service,
  notice: PushNotice,
  claims: readonly string[],
  { correlationId, traceId }: RequestIds,
  now: Omit<Moment, 'actor'>,
): PushDecision {
  const { provider, repository, branch, commit, forced, pusher } = notice;
  const moment: Moment = { ...now, actor: actorOf(notice) };
  const data = { provider, repository, branch, commit, forced, pusher: { login: pusher.login } };
  const { head, events } = appendFacts(
    service.chain,
    { aggregate: `service:${service.name}`, service: service.name, correlationId, traceId },
    [{ type: 'source.pushed', data }],
    moment,
  );
  const push: Push = {
    provider,
    repository,
    branch,
    commit,
    pusher,
    service: service.name,
    seq: head.seq,
    at: moment.at,
    atMs: moment.atMs,
    correlationId,
  };
  return { before: service, after: { ...service, rev: service.rev + 1, chain: head }, events, push, claims };
}

/** Records that a push cannot be deployed as it wants to be, so that its author can be told. */
export function rejectPush(
  service: Service,
  push: Push,
  outcome: PushOutcome & { readonly rejection: Failure },
  traceId: string,
  now: Omit<Moment, 'actor'>,
): PushDecision {
  const { provider, repository, branch, commit, correlationId } = push;
  const { head, events } = appendFacts(
    service.chain,
    { aggregate: `service:${service.name}`, service: service.name, correlationId, traceId },
    [{ type: 'source.rejected', data: { provider, repository, branch, commit, failure: outcome.rejection } }],
    { ...now, actor: actorOf(push) },
  );
  const after = { ...service, rev: service.rev + 1, chain: head };
  return { before: service, after, events, push: { ...push, outcome }, claims: [] };
}
