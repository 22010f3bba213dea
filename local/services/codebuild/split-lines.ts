const MOST_BYTES = 256 * 1024;
const CUT_MARK = ' [line cut at 256 KB]';
const NEWLINE = 0x0a;

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Hands over a last line without its end. */
  flush(): void;
}

/**
 * Cuts bytes into lines of text. A line keeps its newline, invalid UTF-8 becomes U+FFFD, and what a line has beyond 256 KB is
 * dropped and marked, so that one endless line cannot fill the memory.
 */
export function splitLines(onLine: (line: string) => void): LineSplitter {
  let parts: Buffer[] = [];
  let bytes = 0;
  let cut = false;

  const keep = (part: Buffer): void => {
    const room = MOST_BYTES - bytes;
    if (part.length > room) cut = true;
    if (room <= 0 || part.length === 0) return;
    parts.push(part.subarray(0, room));
    bytes += Math.min(part.length, room);
  };
  const finish = (): void => {
    const line = Buffer.concat(parts);
    onLine(`${(cut ? wholeCharacters(line) : line).toString('utf8')}${cut ? CUT_MARK : ''}\n`);
    parts = [];
    bytes = 0;
    cut = false;
  };

  return {
    push(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
        keep(chunk.subarray(from, end));
        finish();
        from = end + 1;
      }
      keep(chunk.subarray(from));
    },
    flush() {
      if (bytes > 0) finish();
    },
  };
}

/** Without the begun character that a cut may leave at the end: at most three bytes that continue one, and its first. */
function wholeCharacters(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > bytes.length - 4 && ((bytes[end - 1] ?? 0) & 0b1100_0000) === 0b1000_0000) end--;
  const first = bytes[end - 1] ?? 0;
  const needs = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return bytes.length - end + 1 >= needs ? bytes : bytes.subarray(0, end - 1);
}
