import { GatewayResponse, ResponseType, type IRestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { neededPermission } from '#domain/access/permissions.ts';
import { problemOf } from '#domain/refusal.ts';

/** What API Gateway answers by itself, by the code that a client would get for it from a function. */
const own = [
  {
    type: ResponseType.UNAUTHORIZED,
    code: 'unauthenticated',
    detail: 'A bearer token is needed, and this was none that counts.',
  },
  {
    type: ResponseType.ACCESS_DENIED,
    code: 'permission_denied',
    // The authorizer has put it there.
    detail: neededPermission('$context.authorizer.needed'),
  },
  // Its name for a path that does not exist.
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, code: 'not_found', detail: 'There is no such operation.' },
  { type: ResponseType.BAD_REQUEST_BODY, code: 'validation_error', detail: 'The body must be a JSON object.' },
  {
    type: ResponseType.BAD_REQUEST_PARAMETERS,
    code: 'validation_error',
    detail: 'A parameter of the path is missing.',
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    code: 'validation_error',
    detail: 'The body is larger than any operation takes.',
  },
  {
    type: ResponseType.WAF_FILTERED,
    code: 'permission_denied',
    detail: 'The firewall refused the request: it looks like an attack, or is larger than the operation takes.',
  },
  { type: ResponseType.THROTTLED, code: 'rate_limited', detail: 'Try again in a moment.' },
  { type: ResponseType.INTEGRATION_TIMEOUT, code: 'timeout', detail: 'The service did not answer in time.' },
  {
    type: ResponseType.DEFAULT_5XX,
    code: 'internal_error',
    detail: 'The service failed. Tell its owners the request id.',
  },
] as const;

/** Has API Gateway answer in the same form as the operations do: RFC 9457. */
export class ProblemResponses extends Construct {
  constructor(scope: Construct, id: string, restApi: IRestApi) {
    super(scope, id);
    for (const { type, code, detail } of own) {
      const { status, title } = problemOf[code];
      const problem = {
        type: `urn:deployment-service:problem:${code}`,
        title,
        status,
        code,
        detail,
        requestId: '$context.requestId',
      };
      new GatewayResponse(this, type.responseType, {
        restApi,
        type,
        statusCode: String(status),
        responseHeaders: {
          'content-type': "'application/problem+json'",
          'cache-control': "'no-store'",
          ...(status === 401 && { 'www-authenticate': "'Bearer'" }),
          ...(status === 429 && { 'retry-after': "'1'" }),
        },
        templates: { 'application/json': JSON.stringify(problem) },
      });
    }
  }
}
