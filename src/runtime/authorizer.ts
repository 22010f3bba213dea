import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { functionCatalog } from '#functions/catalog.ts';
import type { ApiContract } from '#schemas/api/contract.ts';
import { permissionsOf } from '#domain/access/permissions.ts';
import { contextOf } from './caller-context.ts';
import { deps } from './deps.ts';

/** API Gateway turns an error of exactly this text into 401. */
const unauthorized = 'Unauthorized';

const neededFor: ReadonlyMap<string, ApiContract['permission']> = new Map(
  functionCatalog.flatMap(({ trigger }) =>
    trigger.kind === 'api'
      ? [[`${trigger.contract.method} ${trigger.contract.path}`, trigger.contract.permission]]
      : [],
  ),
);

/**
 * The coarse gate in front of every operation: is the token good, and do its roles bring what the operation needs? Nothing
 * has been read by then.
 *
 * API Gateway keeps the answer per token, method and path of the contract (`infra/stacks/api.ts` makes these three the key),
 * so the answer speaks of exactly that: of one operation, with whatever stands in the place of its path parameters. A policy
 * for all routes at once could not be written: in a pattern `*` goes past slashes, so that to allow
 * `/deployments/{id}` would be to allow everything below it.
 */
export async function authorize(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorizationOf(event))?.[1];
  const claims = token === undefined ? undefined : await deps().tokens.verify(token);
  if (!claims) throw new Error(unauthorized);
  const needed = neededFor.get(`${event.httpMethod} /${event.requestContext.stage}${event.resource}`);
  const mayInvoke = needed === 'public' || (needed !== undefined && permissionsOf(claims.roles).has(needed));
  return {
    principalId: claims.subject,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Action: 'execute-api:Invoke', Effect: mayInvoke ? 'Allow' : 'Deny', Resource: operationArn(event) },
      ],
    },
    // `needed` is for the gateway's own answer, which has nothing else to name the permission by.
    context: { ...contextOf(claims), needed: needed ?? '' },
  };
}

/** `…/v1/GET/deployments/*` for every request of one operation: the answer may be used again for another id. */
function operationArn({ methodArn, httpMethod, resource }: APIGatewayRequestAuthorizerEvent): string {
  const [stage = ''] = /^arn:[^/]+\/[^/]+/.exec(methodArn) ?? [];
  return `${stage}/${httpMethod}${resource.replaceAll(/\{[^/}]+\}/g, '*')}`;
}

/** Header names come as the client wrote them. */
function authorizationOf({ headers }: APIGatewayRequestAuthorizerEvent): string {
  const found = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization');
  return found?.[1] ?? '';
}
