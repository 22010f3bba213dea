/** Shorter values are not looked for: three characters are found in any text, and hiding them would hide the text. */
const shortestSecret = 4;

/**
 * A value in the forms in which programs write it: as it is, in base64 (wherever in the encoded text it stands), base64url,
 * hexadecimal, and escaped for a URL, a form, JSON, XML and a shell.
 */
export function secretForms(value: string): readonly string[] {
  const text = value.toWellFormed();
  const trimmed = text.replaceAll(/^[\r\n]+|[\r\n]+$/g, '');
  if (trimmed.replaceAll(/[\r\n]/g, '').length < shortestSecret) return [];
  return [...new Set([value, ...[text, trimmed].flatMap((each) => [each, ...encoded(each), ...escaped(each)])])];
}

/** The text as the characters that its UTF-8 bytes are when each byte is read as one: for what is scrubbed as bytes. */
export function asBinary(text: string): string {
  return binaryOf(new TextEncoder().encode(text));
}

function encoded(text: string): readonly string[] {
  const bytes = new TextEncoder().encode(text);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const base64 = btoa(binaryOf(bytes));
  const all = [base64, base64.replace(/=+$/, ''), ...[0, 1, 2].map((offset) => base64Core(bytes, offset))];
  return [
    hex,
    hex.toUpperCase(),
    ...all.flatMap((each) => [each, each.replaceAll('+', '-').replaceAll('/', '_'), ...percentCases(strict(each))]),
  ];
}

/** The characters of base64 that depend on these bytes alone when `offset` other bytes, and any number of threes, stand before. */
function base64Core(bytes: Uint8Array, offset: number): string {
  const base64 = btoa('\0'.repeat(offset) + binaryOf(bytes));
  return base64.slice(Math.ceil((8 * offset) / 6), Math.floor((8 * (offset + bytes.length)) / 6));
}

function escaped(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const jsonForms = [json, json.replaceAll('/', String.raw`\/`), asciiJson(json), JSON.stringify(json).slice(1, -1)];
  const urlForms = [encodeURIComponent(text), encodeURI(text), strict(text), everyByte(text)];
  const form = strict(text).replaceAll('%20', '+');
  // What Node and browsers leave alone in a form, others do not, and the other way round.
  const looseForm = form.replaceAll('%2A', '*').replaceAll('~', '%7E');
  return [
    ...jsonForms,
    ...[...urlForms, form, looseForm, strict(text).replaceAll('%2F', '/')].flatMap(percentCases),
    ...xmlForms(text),
    text.replaceAll("'", String.raw`'\''`),
  ];
}

function asciiJson(json: string): string {
  return json.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Everything but the unreserved characters of RFC 3986. */
function strict(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function everyByte(text: string): string {
  return Array.from(
    new TextEncoder().encode(text),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

function percentCases(text: string): readonly string[] {
  return [text, text.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())];
}

function xmlForms(text: string): readonly string[] {
  const base = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return [base, base.replaceAll('>', '&gt;')].flatMap((body) =>
    ['"', '&quot;', '&#34;', '&amp;quot;'].flatMap((quote) =>
      ["'", '&apos;', '&#39;', '&#x27;'].map((apostrophe) => body.replaceAll('"', quote).replaceAll("'", apostrophe)),
    ),
  );
}

function binaryOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
