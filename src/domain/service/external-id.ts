/**
 * What the installation says whenever it takes on a deploy role: for which service and environment. The role's own trust asks
 * for it, so a registration that names the role of another service gets nowhere: nobody can choose the words of another one.
 */
export function externalIdOf(service: string, environment: string): string {
  return `deployment-service/${service}/${environment}`;
}
