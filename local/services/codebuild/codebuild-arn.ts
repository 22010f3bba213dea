export const CODEBUILD_REGION = 'eu-west-1';
const PREFIX = `arn:aws:codebuild:${CODEBUILD_REGION}:000000000000`;

export function projectArn(name: string): string {
  return `${PREFIX}:project/${name}`;
}

export function fleetArn(name: string): string {
  return `${PREFIX}:fleet/${name}`;
}

export function buildArn(id: string): string {
  return `${PREFIX}:build/${id}`;
}

/** AWS takes an ARN wherever it takes the name of a project or the id of a build. */
export function nameOf(nameOrArn: string): string {
  return nameOrArn.startsWith(`${PREFIX}:`) ? nameOrArn.slice(nameOrArn.indexOf('/') + 1) : nameOrArn;
}
