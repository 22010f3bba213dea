import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import type { IncomingMessage } from 'node:http';
import { account, region } from '../stack/names.ts';
import type { Route } from './routes.ts';

/** What the authorizer says of a request. */
export type Verdict =
  /** With what the operation is told of the caller. */
  | { readonly kind: 'allowed'; readonly context: Readonly<Record<string, unknown>> }
  | { readonly kind: 'denied'; readonly context: Readonly<Record<string, unknown>> }
  | { readonly kind: 'unauthorized' };

interface Asked {
  readonly route: Route;
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly requestId: string;
}

/**
 * Asks a `REQUEST` authorizer as API Gateway does: not at all when the header is missing, an error of the text
 * `Unauthorized` is 401, any other is a failure, and the policy of the answer decides.
 *
 * @param invoke runs the authorizer's function
 */
export async function askAuthorizer(invoke: (event: unknown) => Promise<unknown>, asked: Asked): Promise<Verdict> {
  if (!asked.request.headers.authorization) return { kind: 'unauthorized' };
  const event = authorizerEvent(asked);
  try {
    const { principalId, context, policyDocument } = (await invoke(event)) as APIGatewayAuthorizerResult;
    const kind = isAllowed(policyDocument, event.methodArn) ? 'allowed' : 'denied';
    return { kind, context: { ...context, principalId } };
  } catch (error) {
    if (error instanceof Error && error.message === 'Unauthorized') return { kind: 'unauthorized' };
    throw error;
  }
}

/** The stage is the first part of the paths in the contracts, as in the stack. */
function authorizerEvent({ route, request, url, params, requestId }: Asked) {
  const [, stage = '', resource = ''] = /^\/([^/]+)(\/.*)$/.exec(route.contract.path) ?? [];
  const path = url.pathname.slice(stage.length + 1);
  const httpMethod = request.method ?? 'GET';
  return {
    type: 'REQUEST',
    methodArn: `arn:aws:execute-api:${region}:${account}:local/${stage}/${httpMethod}${path}`,
    resource,
    path,
    httpMethod,
    headers: { ...request.headers },
    multiValueHeaders: {},
    pathParameters: { ...params },
    queryStringParameters: Object.fromEntries(url.searchParams),
    multiValueQueryStringParameters: {},
    stageVariables: null,
    requestContext: {
      accountId: account,
      apiId: 'local',
      stage,
      requestId,
      resourcePath: resource,
      httpMethod,
      path: url.pathname,
    },
  };
}

type Policy = APIGatewayAuthorizerResult['policyDocument'];

/** As IAM decides: what is denied is denied, what is not allowed is too. */
function isAllowed({ Statement }: Policy, methodArn: string): boolean {
  const effects = Statement.filter(
    (statement) => 'Resource' in statement && meets(statement.Resource ?? [], methodArn),
  ).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

function meets(patterns: string | readonly string[], arn: string): boolean {
  return [patterns].flat().some((pattern) => {
    const parts = pattern.split(/([*?])/).map((part) => {
      if (part === '*') return '.*';
      return part === '?' ? '.' : part.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`);
    });
    return new RegExp(`^${parts.join('')}$`, 's').test(arn);
  });
}
