import { randomUUID } from 'node:crypto';
import type { ServiceFault, WireResponse } from '#local/gateway/wire.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

interface Tree {
  readonly [name: string]: string | Tree;
}

/** A result in the AWS Query protocol. */
export function queryAnswer(action: string, result: Tree): WireResponse {
  return xml(
    200,
    `${action}Response`,
    members({ [`${action}Result`]: result, ResponseMetadata: { RequestId: randomUUID() } }),
  );
}

export function queryFault(fault: ServiceFault): WireResponse {
  const Type = fault.status < 500 ? 'Sender' : 'Receiver';
  return xml(
    fault.status,
    'ErrorResponse',
    members({ Error: { Type, Code: fault.code, Message: fault.message }, RequestId: randomUUID() }),
  );
}

function xml(status: number, root: string, content: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: Buffer.from(`<${root} xmlns="${NAMESPACE}">${content}</${root}>`),
  };
}

function members(tree: Tree): string {
  return Object.entries(tree)
    .map(([name, value]) => `<${name}>${typeof value === 'string' ? escaped(value) : members(value)}</${name}>`)
    .join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
