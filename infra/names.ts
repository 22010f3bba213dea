import { functionCatalog, functionNameOf, type FunctionRow } from '#functions/catalog.ts';
import { registryShape } from '#schemas/registry.ts';
import { machineCatalog, projectCatalog, type ProjectName } from '#state-machines/catalog.ts';

/** Where something lives; account and region may be tokens that only the deployment knows. */
export interface Place {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}

/**
 * Names that one stack needs before another has made the thing: a function starts the machine, and the machine invokes
 * functions. With a name that both can tell, neither stack has to come first.
 */
export const busName = 'deployment-service';
/** What images are built for: the machines of builds and of functions are of this kind as well. */
export const imagePlatform = 'linux/arm64';
export const buildLogGroupName = '/deployment-service/builds';
/** The alias of every state machine, and the one that requests start. */
export const machineAlias = 'live';
/** Roles of services that the deployment service may take on; see `constructs/lambda-service.ts`. */
export const deployRolePath = '/deployment-service/deploy/';

/** Of all deploy roles that this installation may take on: in its own account and in those that it may release into. */
export function deployRolesArns({ partition, account }: Place, targetAccounts: readonly string[]): readonly string[] {
  return [account, ...targetAccounts].map((each) => `arn:${partition}:iam::${each}:role${deployRolePath}*`);
}

/** The policy that caps every role of the installation; policies are global within an account, as roles are. */
export function boundaryName(region: string): string {
  return `deployment-service-boundary-${region}`;
}

export function boundaryArn({ partition, account, region }: Place): string {
  return `arn:${partition}:iam::${account}:policy/${boundaryName(region)}`;
}

/** The same in an account that is released into. */
export function targetBoundaryName(region: string): string {
  return `deployment-service-targets-boundary-${region}`;
}

export function targetBoundaryArn({ partition, account, region }: Place): string {
  return `arn:${partition}:iam::${account}:policy/${targetBoundaryName(region)}`;
}

export function machineName(name: string): string {
  return `deployment-service-${name}`;
}

export function machineArn({ partition, account, region }: Place, name: string): string {
  return `arn:${partition}:states:${region}:${account}:stateMachine:${machineName(name)}`;
}

export function machineAliasArn(place: Place, name: string): string {
  return `${machineArn(place, name)}:${machineAlias}`;
}

/** Every execution of a machine, whatever its name. */
export function executionArns({ partition, account, region }: Place, name: string): string {
  return `arn:${partition}:states:${region}:${account}:execution:${machineName(name)}:*`;
}

export function busArn({ partition, account, region }: Place): string {
  return `arn:${partition}:events:${region}:${account}:event-bus/${busName}`;
}

/** Of the repositories beneath a prefix; `schemas/registry.ts` has the prefixes. */
export function repositoriesArn({ partition, account, region }: Place, prefix: string): string {
  return `arn:${partition}:ecr:${region}:${account}:repository/${prefix}/*`;
}

/** Where the images of services are, as images are named: `<registry>/<prefix>`. */
export function imageRepositories({ account, region, urlSuffix }: Place & { readonly urlSuffix: string }): string {
  return `${account}.dkr.ecr.${region}.${urlSuffix}/${registryShape.servicePrefix}`;
}

/** Where the secrets of a service lie: `<service>/…` in Secrets Manager and `/<service>/…` in Parameter Store; `*` for any. */
export function secretArns({ partition, account, region }: Place, service: string): SecretArns {
  return {
    secrets: `arn:${partition}:secretsmanager:${region}:${account}:secret:${service}/*`,
    parameters: `arn:${partition}:ssm:${region}:${account}:parameter/${service}/*`,
  };
}

/** Names under which the installation's own secrets lie, `/github` and `/gitlab` behind each. */
export const webhookSecrets = 'deployment-service/webhooks';
export const providerTokens = 'deployment-service/tokens';

/**
 * Of all secrets under a name, such as are not there yet: asked for one of those, Secrets Manager looks for a permission
 * before it says that there is none.
 */
export function secretsArn({ partition, account, region }: Place, name: string): string {
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}/*`;
}

/** Of one secret by its name; Secrets Manager puts six characters of its own behind it. */
export function secretArn({ partition, account, region }: Place, name: string): string {
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}-??????`;
}

/** X-Ray's address for traces by OTLP; requests to it are signed. */
export function xrayEndpoint({ region, urlSuffix }: Place & { readonly urlSuffix: string }): string {
  return `https://xray.${region}.${urlSuffix}`;
}

interface SecretArns {
  readonly secrets: string;
  readonly parameters: string;
}

/** The tag, with its value, of secrets and parameters that builds may read. */
export const buildSecretTag = { key: 'deployment-service', value: 'build' } as const;

/** Of those that sources are fetched with. */
export const sourceSecretTag = { key: 'deployment-service', value: 'source' } as const;

/** Of those that notifications go by: addresses of webhooks. */
export const notificationSecretTag = { key: 'deployment-service', value: 'notification' } as const;
/** The token for a service that sends notifications in our place. */
export const notificationServiceToken = 'deployment-service/notification-service';
/** The token for an external artifact service. */
export const artifactServiceToken = 'deployment-service/artifact-service';
/** The topic of what happens to deployments, for everybody who subscribes. */
export const topicName = 'deployment-service-announcements';

export function projectName(name: ProjectName): string {
  return `deployment-service-${name}`;
}

export function projectArn({ partition, account, region }: Place, name: ProjectName): string {
  return `arn:${partition}:codebuild:${region}:${account}:project/${projectName(name)}`;
}

export const projectNames: readonly ProjectName[] = projectCatalog.map(({ name }) => name);

export const machineNames: readonly string[] = machineCatalog.map(({ name }) => name);

/** Roles are global within an account; the region keeps two installations apart. */
export function roleName(row: FunctionRow, region: string): string {
  return `${functionNameOf(row)}-${region}`;
}

/** The roles that release into other stacks. A deploy role trusts these and nothing else. */
export function releasingRoleArns({ partition, account, region }: Place): readonly string[] {
  return functionCatalog
    .filter(({ needs }) => needs.includes('targets:deploy'))
    .map((row) => `arn:${partition}:iam::${account}:role/${roleName(row, region)}`);
}
