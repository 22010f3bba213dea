import type { StatusEvent } from '#schemas/events/status-events.ts';
import { commitStatusOf, type CommitStatus } from '#domain/delivery/commit-status.ts';
import type { CommitStatuses, HostedRepository } from '#ports/commit-statuses.ts';
import type { Deps } from '#ports/deps.ts';

type ReportDeps = Pick<Deps, 'statuses' | 'shown' | 'deployments' | 'services' | 'settings'>;

export type ReportOutcome = 'shown' | 'refused' | 'older' | 'elsewhere' | 'off';

/**
 * Shows at the commit what an event says of it. Events come in any order and more than once: what is older than what is
 * shown is left out.
 *
 * @throws Refusal `unavailable`: whoever delivered the event tries again
 */
export async function reportCommitStatus(deps: ReportDeps, event: StatusEvent): Promise<ReportOutcome> {
  // Before anything is read: an installation without a token pays nothing for this.
  if (!(await deps.statuses.isOn('github')) && !(await deps.statuses.isOn('gitlab'))) return 'off';
  const subject = await subjectOf(deps, event);
  if (!subject) return 'elsewhere';
  const { repository, commit, url } = subject;
  if (!(await deps.statuses.isOn(repository.provider))) return 'off';

  const { id, seq, occurredAt: at } = event.detail;
  const status: CommitStatus = { ...commitStatusOf(event), ...(url !== undefined && { url }) };
  const place = `${repository.provider}/${repository.path}/${commit}/${status.context}`;
  const mark = { status, aggregate: id.slice(0, id.lastIndexOf('#')), seq, at };
  const begun = await deps.shown.begin(place, mark);
  if (begun !== 'show') return begun;
  const outcome = await deps.statuses.show(repository, commit, status);
  const newer = await deps.shown.end(place, mark);
  // It may have been shown first, and now lie under this one.
  if (newer) await deps.statuses.show(repository, commit, newer);
  return outcome;
}

interface Subject {
  readonly repository: HostedRepository;
  readonly commit: string;
  readonly url?: string | undefined;
}

async function subjectOf(deps: ReportDeps, event: StatusEvent): Promise<Subject | undefined> {
  if (event['detail-type'] === 'source.rejected') {
    const { provider, repository, commit } = event.detail.data;
    return { repository: { provider, path: repository }, commit };
  }
  const deployment = await deps.deployments.find(event.detail.deploymentId);
  if (!deployment) return undefined;
  const repository = await hostOf(deps, deployment);
  const url = deps.settings.deploymentUrlTemplate?.replace('{deploymentId}', deployment.id);
  return repository && { repository, commit: deployment.commit, url };
}

/** Where it was pushed, if a push set it off; else by the address that the service is registered with. */
async function hostOf(
  { services, statuses }: { readonly services: Deps['services']; readonly statuses: CommitStatuses },
  {
    service,
    origin,
  }: { readonly service: string; readonly origin?: { provider: 'github' | 'gitlab'; repository: string } },
): Promise<HostedRepository | undefined> {
  if (origin) return { provider: origin.provider, path: origin.repository };
  const registered = await services.find(service);
  return registered && statuses.locate(registered.repository);
}
