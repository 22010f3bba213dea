import { randomUUID } from 'node:crypto';
import type { ServiceFault, WireResponse } from '#local/gateway/wire.ts';

const namespace = 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/';

export type Answer = string | number | boolean | undefined | readonly Answer[] | { readonly [name: string]: Answer };

/** A result in the query protocol: lists as `member`, what is undefined left out. */
export function queryAnswer(action: string, result: Answer): WireResponse {
  const content = { [`${action}Result`]: result ?? {}, ResponseMetadata: { RequestId: randomUUID() } };
  return xml(200, `${action}Response`, content);
}

/** An error in the query protocol. */
export function queryFault(fault: ServiceFault): WireResponse {
  const Type = fault.status < 500 ? 'Sender' : 'Receiver';
  const content = { Error: { Type, Code: fault.code, Message: fault.message }, RequestId: randomUUID() };
  return xml(fault.status, 'ErrorResponse', content);
}

function xml(status: number, root: string, content: Answer): WireResponse {
  const body = Buffer.from(`<${root} xmlns="${namespace}">${written(content)}</${root}>`);
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

function written(value: Answer): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((each: Answer) => element('member', each)).join('');
  if (typeof value !== 'object') return escaped(String(value));
  return Object.entries(value)
    .map(([name, each]) => element(name, each))
    .join('');
}

function element(name: string, value: Answer): string {
  return value === undefined ? '' : `<${name}>${written(value)}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
