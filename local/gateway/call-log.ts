import { appendFileSync } from 'node:fs';
import type { WireRequest } from './wire.ts';

/** What functions have called, each call once, however often it was made. */
export interface CallLog {
  /** `<function> <service> <operation> <resource>`; the resource is `-` where none is told apart. */
  readonly calls: ReadonlySet<string>;
  note(request: WireRequest, service: string, operation: string | undefined): void;
}

/** Names a file that calls are appended to as well, by all hosts that have it in their environment. */
export const callsFileVariable = 'LOCAL_CALLS_FILE';

/** Keeps who calls what. A caller is known by the name that its SDK clients put into their user agent as `app/…`. */
export function openCallLog(file = process.env[callsFileVariable]): CallLog {
  const calls = new Set<string>();
  return {
    calls,
    note(request, service, operation) {
      const caller = callerOf(request);
      if (caller === undefined) return;
      for (const each of partsOf(request, service, operation ?? operationOf(request))) {
        const call = `${caller} ${service} ${each}`;
        if (calls.has(call)) continue;
        calls.add(call);
        // One write below the size of a page: lines of several processes do not mix.
        if (file !== undefined && file !== '') appendFileSync(file, `${call}\n`);
      }
    },
  };
}

function callerOf({ headers }: WireRequest): string | undefined {
  return /(?:^|\s)app\/([^\s/]+)/.exec(headers['user-agent'] ?? '')?.[1];
}

/** By the JSON protocols' header, or the Query protocol's parameter. */
function operationOf({ headers, body, query }: WireRequest): string {
  const target = headers['x-amz-target'];
  if (target !== undefined) return target.slice(target.indexOf('.') + 1);
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    ? new URLSearchParams(Buffer.from(body).toString('utf8'))
    : query;
  return form.get('Action') ?? 'Unknown';
}

/** Operation and resource, more than once where it is permitted by its parts: a transaction, or a copy. */
function partsOf({ body, path, headers }: WireRequest, service: string, operation: string): readonly string[] {
  if (operation === 'TransactWriteItems') {
    const { TransactItems = [] } = JSON.parse(Buffer.from(body).toString('utf8')) as {
      readonly TransactItems?: readonly object[];
    };
    return TransactItems.flatMap((item) => Object.keys(item)).map((part) => `${operation}/${part} -`);
  }
  if (service !== 's3') return [`${operation} -`];
  if (operation !== 'CopyObject') return [`${operation} ${prefixIn(path)}`];
  const source = decodeURIComponent(headers['x-amz-copy-source'] ?? '');
  return [`${operation}/from ${prefixIn(source)}`, `${operation}/to ${prefixIn(path)}`];
}

/** Permissions on objects are given by the first part of their keys: `/bucket/first/…`. */
function prefixIn(path: string): string {
  return /^\/?[^/]+\/([^/?]+)\//.exec(path)?.[1] ?? '-';
}
