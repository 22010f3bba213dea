/** A message before it has the form of a mail. */
export interface Draft {
  readonly id: string;
  readonly sentMs: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly replyTo: readonly string[];
  readonly subject: string;
  readonly text: string | undefined;
  readonly html: string | undefined;
}

/** RFC 5322: a line has at most 998 bytes before its end. */
const LONGEST_LINE = 998;
/** RFC 2047: an encoded word has at most 75 characters, 63 of them its base64 text; 45 bytes make 60. */
const ENCODED_WORD_BYTES = 45;

/** The draft as a mail (RFC 5322, MIME); readable where its text allows. */
export function mimeMessage(draft: Draft): Buffer {
  const parts = [part('text/plain', draft.text), part('text/html', draft.html)].filter((each) => each !== undefined);
  const [only] = parts;
  const body = only && parts.length === 1 ? only : alternatives(parts, `=_${draft.id}`);
  const headers = [
    ['From', header(draft.from)],
    ['To', draft.to.map(header).join(',\r\n ')],
    ['Cc', draft.cc.map(header).join(',\r\n ')],
    ['Reply-To', draft.replyTo.map(header).join(',\r\n ')],
    ['Subject', header(draft.subject)],
    ['Date', new Date(draft.sentMs).toUTCString().replace('GMT', '+0000')],
    ['Message-ID', `<${draft.id}@eu-west-1.amazonses.com>`],
    ['MIME-Version', '1.0'],
  ].flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
  return Buffer.from(`${headers.join('\r\n')}\r\n${body}`);
}

/** Content headers, an empty line and the content. */
function part(type: string, content: string | undefined): string | undefined {
  if (content === undefined) return undefined;
  const text = content.replaceAll(/\r\n|\r|\n/g, '\r\n');
  const plain = text.split('\r\n').every((line) => Buffer.byteLength(line) <= LONGEST_LINE);
  const encoded = plain
    ? text
    : (
        Buffer.from(text)
          .toString('base64')
          .match(/.{1,76}/g) ?? []
      ).join('\r\n');
  return [
    `Content-Type: ${type}; charset=UTF-8`,
    `Content-Transfer-Encoding: ${plain ? '8bit' : 'base64'}`,
    '',
    encoded,
    '',
  ].join('\r\n');
}

function alternatives(parts: readonly string[], boundary: string): string {
  const pieces = parts.map((each) => `--${boundary}\r\n${each}`);
  return `Content-Type: multipart/alternative; boundary="${boundary}"\r\n\r\n${pieces.join('')}--${boundary}--\r\n`;
}

/** Text outside of ASCII as encoded words; an address keeps its own part as it is. */
function header(value: string): string {
  const [, name, address] = /^(.*?)\s*(<[^<>]+>)$/.exec(value) ?? [undefined, value, ''];
  if (/^[\x20-\x7e]*$/.test(name ?? '')) return value;
  const words = cut(name ?? '').map((piece) => `=?UTF-8?B?${Buffer.from(piece).toString('base64')}?=`);
  return `${words.join('\r\n ')}${address ? ` ${address}` : ''}`;
}

/** Pieces that fit an encoded word; no character is divided. */
function cut(text: string): string[] {
  const pieces: string[] = [''];
  for (const character of text) {
    const last = pieces.length - 1;
    if (Buffer.byteLength(`${pieces[last]}${character}`) > ENCODED_WORD_BYTES) pieces.push(character);
    else pieces[last] += character;
  }
  return pieces;
}
