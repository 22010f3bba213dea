import { XMLParser } from 'fast-xml-parser';
import type { WireResponse } from '#local/gateway/wire.ts';

type XmlScalar = string | number | boolean;

export interface XmlTree {
  readonly [name: string]: XmlValue;
}

/** A tree that becomes XML: a list repeats its element, `undefined` leaves it out. */
export type XmlValue = XmlScalar | undefined | XmlTree | readonly XmlValue[];

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function xmlAnswer(root: string, content: XmlTree | XmlScalar, status = 200): WireResponse {
  const namespace = root === 'Error' ? '' : ` xmlns="${NAMESPACE}"`;
  const inner = typeof content === 'object' ? members(content) : text(content);
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<${root}${namespace}>${inner}</${root}>`),
  };
}

function members(tree: XmlTree): string {
  return Object.entries(tree)
    .map(([name, value]) => element(name, value))
    .join('');
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (isList(value)) return value.map((each) => element(name, each)).join('');
  return `<${name}>${typeof value === 'object' ? members(value) : text(value)}</${name}>`;
}

/** `Array.isArray` does not narrow a readonly array out of a union. */
function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

function text(value: XmlScalar): string {
  // Control characters that XML 1.0 cannot hold are left as S3 leaves them: a client asks for `encoding-type=url`.
  return String(value).replaceAll(/[&<>"'\r\n]/g, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // Bare, a parser would turn the one into the other.
  '\r': '&#xD;',
  '\n': '&#xA;',
};

// Values stay strings: an ETag of digits is no number, and a key keeps its spaces.
const parser = new XMLParser({ parseTagValue: false, trimValues: false, ignoreDeclaration: true });

/** The content of the root element of a request, or undefined when the body is no XML with that root. */
export function parseXml(body: Uint8Array, root: string): Readonly<Record<string, unknown>> | undefined {
  let document: unknown;
  try {
    document = parser.parse(Buffer.from(body).toString('utf8'), true);
  } catch {
    return undefined;
  }
  const content = (document as Record<string, unknown>)[root];
  if (content === '') return {};
  return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : undefined;
}

/** Child elements of one name as a list: a parser gives one child bare and several as an array. */
export function children(parent: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const value = parent[name];
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** The text of a child element, or undefined when there is none. */
export function childText(parent: unknown, name: string): string | undefined {
  if (typeof parent !== 'object' || parent === null) return undefined;
  const value = (parent as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}
