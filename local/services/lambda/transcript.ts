import { StringDecoder } from 'node:string_decoder';

/** The output of one environment, taken apart into requests. */
export interface Transcript {
  /** A request starts; its lines are those up to its end marks. */
  begin(requestId: string, version: string): void;
  feed(stream: 'stdout' | 'stderr', chunk: Buffer): void;
  /** The answer is in; resolves with the last 4 KB of the request's log once both streams told its end. */
  answered(requestId: string, durationMs: number): Promise<string>;
  /** The process is gone or cut off: no further mark will come. */
  cutOff(finalLine?: string): void;
}

interface OpenRequest {
  readonly requestId: string;
  readonly ended: Set<string>;
  readonly resolve: (tail: string) => void;
  readonly tail: Promise<string>;
  log: string;
  durationMs?: number;
}

const TAIL_BYTES = 4096;

/** @param write takes whole lines as they come */
export function createTranscript(memoryMegabytes: number, write: (lines: string[]) => void): Transcript {
  const open: OpenRequest[] = [];
  const partial = { stdout: '', stderr: '' };
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };

  const put = (lines: string[]): void => {
    if (lines.length === 0) return;
    const [current] = open;
    if (current) current.log = (current.log + lines.map((line) => `${line}\n`).join('')).slice(-TAIL_BYTES);
    write(lines);
  };
  const finish = (request: OpenRequest): void => {
    const billedMs = Math.ceil(request.durationMs ?? 0);
    const id = `RequestId: ${request.requestId}`;
    put([
      `END ${id}`,
      `REPORT ${id}\tDuration: ${(request.durationMs ?? 0).toFixed(2)} ms\tBilled Duration: ${billedMs} ms\tMemory Size: ${memoryMegabytes} MB`,
    ]);
    open.shift();
    request.resolve(request.log);
  };
  const finishWhatIsComplete = (): void => {
    for (let head = open[0]; head && head.ended.size === 2 && head.durationMs !== undefined; head = open[0]) {
      finish(head);
    }
  };

  return {
    begin(requestId, version) {
      const { promise: tail, resolve } = Promise.withResolvers<string>();
      open.push({ requestId, ended: new Set(), resolve, tail, log: '' });
      put([`START RequestId: ${requestId} Version: ${version}`]);
    },
    feed(stream, chunk) {
      const lines = (partial[stream] + decoders[stream].write(chunk)).split('\n');
      partial[stream] = lines.pop() ?? '';
      const ready: string[] = [];
      for (const line of lines) {
        if (!line.includes('\0end ')) {
          ready.push(line);
          continue;
        }
        const [last, requestId] = line.split('\0end ');
        if (last) ready.push(last);
        put(ready.splice(0));
        open.find((request) => request.requestId === requestId)?.ended.add(stream);
        finishWhatIsComplete();
      }
      put(ready);
    },
    answered(requestId, durationMs) {
      const request = open.find((each) => each.requestId === requestId);
      if (!request) return Promise.resolve('');
      request.durationMs = durationMs;
      finishWhatIsComplete();
      return request.tail;
    },
    cutOff(finalLine) {
      put([partial.stdout, partial.stderr, finalLine ?? ''].filter((line) => line !== ''));
      partial.stdout = '';
      partial.stderr = '';
      for (const request of open.slice()) finish(request);
    },
  };
}
