import type { NotifiedEvent } from '#schemas/events/notified-events.ts';
import { assertNever } from '../assert-never.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { plainLine } from './plain-line.ts';
import type { Message } from './message.ts';

type Told = Pick<Deployment, 'service' | 'environment' | 'commit' | 'run' | 'actor' | 'actorEmail'> &
  Partial<Pick<Deployment, 'source' | 'triggeredBy'>>;

/** What an event says to people: what happened, to which commit, by whom, why, and what is to be done. */
export function messageOf(event: NotifiedEvent, deployment: Told, link: string | undefined): Message {
  const { service, environment, run, commit, source } = deployment;
  const { happened, why = [], nextAction } = meaningOf(event, environment);
  return {
    // A run has one event of a kind, and an event one message.
    id: event.detail.id,
    kind: event['detail-type'],
    service,
    environment,
    title: plainLine(`${service}: ${happened}`),
    lines: [
      `Commit ${commit.slice(0, 7)}${source ? `: ${source.subject}` : ''}`,
      `By ${whoOf(deployment)}${run > 1 ? `, try ${run}` : ''}`,
      ...why,
    ].map(plainLine),
    ...(nextAction !== undefined && { nextAction: plainLine(nextAction) }),
    ...(link !== undefined && { link }),
  };
}

/** Whoever asked for this run. */
function whoOf({ actor, actorEmail, triggeredBy }: Told): string {
  return triggeredBy ? (triggeredBy.email ?? triggeredBy.subject) : (actorEmail ?? actor);
}

interface Meaning {
  readonly happened: string;
  readonly why?: readonly string[];
  readonly nextAction?: string | undefined;
}

function meaningOf(event: NotifiedEvent, environment: string): Meaning {
  switch (event['detail-type']) {
    case 'deployment.started':
      return { happened: `on its way to ${environment}` };
    case 'deployment.succeeded':
      return { happened: `deployed to ${environment}` };
    case 'deployment.failed': {
      const { failure } = event.detail.data;
      const nextAction =
        failure.nextAction ?? 'Read the log of the deployment; fix it and deploy the commit, or retry.';
      return { happened: `deployment to ${environment} failed`, why: whyOf(failure), nextAction };
    }
    case 'deployment.cancelled': {
      const { reason } = event.detail.data;
      return {
        happened: `deployment to ${environment} cancelled`,
        ...(reason !== undefined && { why: [`Why: ${reason}`] }),
      };
    }
    case 'deployment.superseded':
      return {
        happened: `deployment to ${environment} gave way to a newer one`,
        why: [`Newer: ${event.detail.data.by}`],
      };
    case 'deployment.approval_requested': {
      const { groups, quorum, expiresAt } = event.detail.data;
      const people = quorum === 1 ? 'one approval' : `${quorum} approvals`;
      return {
        happened: `waits for approval to go to ${environment}`,
        why: [`Needs ${people} from ${groups.join(' or ')}, until ${expiresAt}`],
        nextAction: `Look at the change, then: dsctl approve ${event.detail.deploymentId}`,
      };
    }
    case 'deployment.rolled_back': {
      const { failure, fromVersion, toVersion } = event.detail.data;
      return {
        happened: `release to ${environment} was taken back`,
        why: [`Version ${toVersion} serves again, version ${fromVersion} does not`, ...whyOf(failure)],
        nextAction: failure.nextAction ?? 'Find out why the release was not healthy before it is deployed again.',
      };
    }
    case 'deployment.rollback_failed': {
      const { failure } = event.detail.data;
      return {
        happened: `a bad release to ${environment} COULD NOT be taken back`,
        why: whyOf(failure),
        nextAction: failure.nextAction ?? 'Act now: look at what serves the environment, and move its traffic by hand.',
      };
    }
    default:
      return assertNever(event);
  }
}

function whyOf({
  message,
  step,
  code,
}: {
  message: string;
  step?: string | undefined;
  code: string;
}): readonly string[] {
  return [`Why: ${message}${step === undefined ? '' : ` (${step}, ${code})`}`];
}
