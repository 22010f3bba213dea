import { functionCatalog, functionNameOf, type FunctionRow } from '#functions/catalog.ts';
import { projectCatalog, type ProjectName } from '#state-machines/catalog.ts';

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
export const buildLogGroupName = '/deployment-service/builds';
/** The alias of every state machine, and the one that requests start. */
export const machineAlias = 'live';
/** Roles of services that the deployment service may take on; see `constructs/lambda-service.ts`. */
export const deployRolePath = '/deployment-service/deploy/';

export function machineName(name: string): string {
  return `deployment-service-${name}`;
}

export function machineArn({ partition, account, region }: Place, name: string): string {
  return `arn:${partition}:states:${region}:${account}:stateMachine:${machineName(name)}`;
}

export function machineAliasArn(place: Place, name: string): string {
  return `${machineArn(place, name)}:${machineAlias}`;
}

export function busArn({ partition, account, region }: Place): string {
  return `arn:${partition}:events:${region}:${account}:event-bus/${busName}`;
}

export function projectName(name: ProjectName): string {
  return `deployment-service-${name}`;
}

export function projectArn({ partition, account, region }: Place, name: ProjectName): string {
  return `arn:${partition}:codebuild:${region}:${account}:project/${projectName(name)}`;
}

export const projectNames: readonly ProjectName[] = projectCatalog.map(({ name }) => name);

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
