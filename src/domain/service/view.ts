import type { ServiceView } from '#schemas/api/register-service.ts';
import type { EnvironmentStateView, ReleaseView, ServiceStateView } from '#schemas/api/service-state.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { summaryOf } from '../deployment/view.ts';
import type { CurrentRelease, EnvironmentState, Service } from './service.ts';

/** A service, and for each registered environment what is known of it. */
export interface ServiceState {
  readonly service: Service;
  readonly environments: readonly EnvironmentReading[];
}

export interface EnvironmentReading extends EnvironmentState {
  /** The last deployment that was asked for. */
  readonly last?: Deployment;
}

/** A registration, for showing. */
export function serviceViewOf(service: Service): ServiceView {
  const { name, repository, manifestPath, owner, environments, createdAt, updatedAt } = service;
  const { repositoryCredentials, connection } = service;
  return {
    name,
    repository,
    manifestPath,
    ...(repositoryCredentials !== undefined && { repositoryCredentials }),
    ...(connection !== undefined && { connection }),
    owner,
    environments: { ...environments },
    createdAt,
    updatedAt,
  };
}

/** A service with the state of its environments, for showing. */
export function serviceStateView({ service, environments }: ServiceState): ServiceStateView {
  return {
    ...serviceViewOf(service),
    states: Object.fromEntries(environments.map((each) => [each.environment, environmentView(each)])),
  };
}

function environmentView({ current, previous, last }: EnvironmentReading): EnvironmentStateView {
  return {
    ...(current && { current: releaseView(current) }),
    ...(previous && { previous: releaseView(previous) }),
    ...(last && { last: summaryOf(last) }),
  };
}

function releaseView({ target, ...release }: CurrentRelease): ReleaseView {
  return { ...release, url: target.url };
}
