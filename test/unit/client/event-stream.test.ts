import { describe, expect, it } from 'vitest';
import { eventStreamReader, type ServerEvent } from '#client/event-stream.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function readIn(pieces: readonly Uint8Array[]): readonly ServerEvent[] {
  const read = eventStreamReader();
  return pieces.flatMap((piece) => read(piece));
}

const stream = [
  ': keep-alive\n\n',
  'id: 1\ndata: {"text":"größer – 日本 🚀"}\n\n',
  'id:2\r\nevent: custom\r\ndata: a\r\ndata:  b\r\n\r\n',
  'id: 3\rdata\rdata: c\r\r',
  'retry: 500\nunknown: x\nevent: end\ndata: {}\n\n',
].join('');

const events: readonly ServerEvent[] = [
  { id: '1', event: 'message', data: '{"text":"größer – 日本 🚀"}' },
  { id: '2', event: 'custom', data: 'a\n b' },
  { id: '3', event: 'message', data: '\nc' },
  { id: undefined, event: 'end', data: '{}' },
];

describe('the reader of server-sent events', () => {
  it('reads every field with each of the three line ends', () => {
    expect(readIn([bytesOf(stream)])).toEqual(events);
  });

  it('reads the same wherever the bytes are cut, inside a character and between CR and LF too', () => {
    const bytes = bytesOf(stream);
    for (let at = 1; at < bytes.length; at++) {
      expect(readIn([bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(events);
    }
    expect(readIn([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(events);
  });

  it('does not count an event without the blank line after it', () => {
    expect(readIn([bytesOf('id: 1\ndata: whole\n\nid: 2\ndata: cut off\n')])).toEqual([
      { id: '1', event: 'message', data: 'whole' },
    ]);
  });

  it('ignores a byte order mark and an event without data', () => {
    expect(readIn([bytesOf('\uFEFFdata: a\n\nevent: nothing\n\ndata: b\n\n')]).map(({ data }) => data)).toEqual([
      'a',
      'b',
    ]);
  });
});
