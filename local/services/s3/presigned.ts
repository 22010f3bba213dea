import type { WireRequest } from '#local/gateway/wire.ts';
import { s3Fault } from './fault.ts';

/**
 * A pre-signed link as a plain request: the SDK hoists `x-amz-*` headers into the query of a link. Signatures are not
 * checked, but a link that has run out is refused.
 *
 * @throws ServiceFault `AccessDenied`
 */
export function unfoldPresigned(request: WireRequest, nowMs: number): WireRequest {
  if (!request.query.has('X-Amz-Expires')) return request;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(request.query.get('X-Amz-Date') ?? '') ?? [];
  const signedMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (!(nowMs <= signedMs + Number(request.query.get('X-Amz-Expires')) * 1000)) {
    throw s3Fault('AccessDenied', 'Request has expired');
  }
  const query = new URLSearchParams();
  const headers: Record<string, string> = { ...request.headers };
  for (const [name, value] of request.query) {
    if (name.startsWith('x-amz-')) headers[name] = value;
    else query.append(name, value);
  }
  return { ...request, query, headers };
}
