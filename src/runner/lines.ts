/** A longer line is broken: log services refuse it, and a stream without line breaks would fill the memory. */
const LONGEST_LINE = 16_384;

/** Cuts a stream of text into lines; `end` hands over what came after the last line break. */
export function lineSplitter(onLine: (line: string) => void): { push(text: string): void; end(): void } {
  let rest = '';
  return {
    push(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) emit(line.endsWith('\r') ? line.slice(0, -1) : line);
      while (rest.length > LONGEST_LINE) {
        onLine(rest.slice(0, LONGEST_LINE));
        rest = rest.slice(LONGEST_LINE);
      }
    },
    end() {
      if (rest !== '') emit(rest);
      rest = '';
    },
  };

  function emit(line: string): void {
    for (let start = 0; start === 0 || start < line.length; start += LONGEST_LINE) {
      onLine(line.slice(start, start + LONGEST_LINE));
    }
  }
}
