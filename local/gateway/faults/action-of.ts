import type { WireRequest } from '../wire.ts';

/** The operation of a request, as far as its outside tells: in a header, in a form, or as method and last word of the path. */
export function actionOf({ headers, body, method, path }: WireRequest): string {
  const target = headers['x-amz-target'];
  if (target !== undefined) return target.slice(target.indexOf('.') + 1);
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return new URLSearchParams(Buffer.from(body).toString('utf8')).get('Action') ?? 'unnamed';
  }
  const last = path.split('/').findLast((word) => /^[a-z]+$/.test(word)) ?? '';
  return `${method} ${last}`.trim();
}
