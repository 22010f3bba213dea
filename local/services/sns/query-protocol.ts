import { randomUUID } from 'node:crypto';
import type { ServiceFault, WireResponse } from '#local/gateway/wire.ts';

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

export interface Tree {
  readonly [name: string]: string | Tree | readonly Tree[];
}

/** What `Name.member.1.Key=x&Attributes.entry.1.key=y` means: lists by number, maps by entries, everything else by name. */
export function queryInput(parameters: URLSearchParams): Record<string, unknown> {
  const root = noMembers();
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version' || name.startsWith('X-Amz-')) continue;
    const path = name.split('.');
    let at = root;
    for (const part of path.slice(0, -1)) {
      const next = ownOf(at, part) ?? noMembers();
      at[part] = next;
      at = next;
    }
    at[path.at(-1) ?? ''] = value;
  }
  return folded(root) as Record<string, unknown>;
}

export function queryAnswer(action: string, result: Tree | undefined): WireResponse {
  const content = result === undefined ? '' : `<${action}Result>${members(result)}</${action}Result>`;
  const metadata = members({ ResponseMetadata: { RequestId: randomUUID() } });
  return xml(200, `${action}Response`, content + metadata);
}

export function queryFault(fault: ServiceFault): WireResponse {
  const Type = fault.status < 500 ? 'Sender' : 'Receiver';
  return xml(
    fault.status,
    'ErrorResponse',
    members({ Error: { Type, Code: fault.code, Message: fault.message }, RequestId: randomUUID() }),
  );
}

/** Without a prototype, which a parameter could name. */
function noMembers(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

function ownOf(at: Record<string, unknown>, part: string): Record<string, unknown> | undefined {
  const value = at[part];
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

/** Makes `member` a list in the order of its numbers, and `entry` a list of entries. */
function folded(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { member, entry, ...rest } = value as Readonly<Record<string, unknown>>;
  const list = member ?? entry;
  if (typeof list === 'object' && list !== null) {
    return Object.entries(list)
      .toSorted(([one], [two]) => Number(one) - Number(two))
      .map(([, each]) => folded(each));
  }
  return Object.fromEntries(Object.entries(rest).map(([name, each]) => [name, folded(each)]));
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
    .map(([name, value]) => {
      if (isList(value)) return value.map((each) => `<${name}>${members(each)}</${name}>`).join('');
      return `<${name}>${typeof value === 'string' ? escaped(value) : members(value)}</${name}>`;
    })
    .join('');
}

/** `Array.isArray` does not narrow a readonly array out of a union. */
function isList(value: Tree[string]): value is readonly Tree[] {
  return Array.isArray(value);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#xD;');
}
