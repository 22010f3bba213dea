import { AccountPrincipal, type PrincipalBase } from 'aws-cdk-lib/aws-iam';
import { externalIdOf } from '#domain/service/external-id.ts';
import { releasingRoleArns } from './names.ts';

/** An installation that releases into a stack. */
export interface ReleasedBy {
  readonly account: string;
  readonly region: string;
}

/** What a deploy role is for. */
export interface Released {
  readonly service: string;
  readonly environment: string;
}

/**
 * Whom a deploy role trusts: the functions of one installation that release, while they are about this service and this
 * environment. By condition and not as principals: those would be lost when the service's own roles are made anew.
 */
export function deployTrust(
  partition: string,
  releasedBy: ReleasedBy,
  { service, environment }: Released,
): PrincipalBase {
  return new AccountPrincipal(releasedBy.account).withConditions({
    ArnEquals: { 'aws:PrincipalArn': [...releasingRoleArns({ partition, ...releasedBy })] },
    StringEquals: { 'sts:ExternalId': externalIdOf(service, environment) },
  });
}

/** Tags of what one service releases into. */
export function releasedTags({ service, environment }: Released): Readonly<Record<string, string>> {
  return { 'deployment-service:service': service, 'deployment-service:environment': environment };
}

/** As the condition of a grant. */
export function onlyTagged(released: Released): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(releasedTags(released)).map(([tag, value]) => [`aws:ResourceTag/${tag}`, value]),
  );
}
