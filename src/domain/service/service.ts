import type { ChainHead } from '../event/chain.ts';

interface TargetPlace {
  /** Base URL that people and browsers use. */
  readonly url: string;
  readonly account?: string;
  readonly region?: string;
  readonly deployRole?: string;
  /** What the deploy role is told, and asks for; it follows from the names. */
  readonly externalId?: string;
}

export interface LambdaTarget extends TargetPlace {
  readonly kind: 'lambda';
  readonly functionName: string;
  readonly alias: string;
}

export interface EcsTarget extends TargetPlace {
  readonly kind: 'ecs';
  readonly cluster: string;
  readonly serviceName: string;
  /** Who moves its traffic; AWS fixes it when the ECS service is made. */
  readonly controller: 'ecs' | 'codedeploy';
}

/** Where one environment of a service lives. */
export type TargetRef = LambdaTarget | EcsTarget;

/** A registered service: what may be deployed, from where, to where, by whom. */
export interface Service {
  readonly name: string;
  readonly repository: string;
  readonly manifestPath: string;
  /** Where the token or key lies that its commits are fetched with; none for a repository that is open to all. */
  readonly repositoryCredentials?: string;
  /** ARN of a connection of CodeConnections, in the place of a secret. */
  readonly connection?: string;
  /** Group that owns it. */
  readonly owner: string;
  readonly environments: Readonly<Record<string, TargetRef>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly rev: number;
  readonly chain: ChainHead;
}

/** What serves an environment now, and what served before. */
export interface EnvironmentState {
  readonly service: string;
  readonly environment: string;
  readonly current?: CurrentRelease;
  readonly previous?: CurrentRelease;
}

export interface CurrentRelease {
  readonly deploymentId: string;
  /** A number of the target's function; it says nothing about any other. */
  readonly version: string;
  readonly target: TargetRef;
  readonly artifactDigest: string;
  readonly commit: string;
  readonly releasedAt: string;
}
