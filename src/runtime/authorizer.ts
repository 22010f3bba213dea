import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { permissionsOf } from '#domain/access/permissions.ts';
import { deps } from './deps.ts';

/** API Gateway turns an error of exactly this text into 401. */
const unauthorized = 'Unauthorized';

/**
 * The coarse gate in front of every operation: is the token good, and what do its roles bring? Nothing has been read by
 * then. The answer holds for all routes of the stage, so that API Gateway may cache it; each operation checks its own
 * permission against the context.
 */
export async function authorize(event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(event.authorizationToken ?? '')?.[1];
  const claims = token === undefined ? undefined : await deps().tokens.verify(token);
  if (!claims) throw new Error(unauthorized);
  const [stage = ''] = /^arn:[^/]+\/[^/]+/.exec(event.methodArn) ?? [];
  return {
    principalId: claims.subject,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: `${stage}/*` }],
    },
    context: { permissions: [...permissionsOf(claims.roles)].join(' ') },
  };
}
