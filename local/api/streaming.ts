import type { Writable } from 'node:stream';

/** Set on the stream of an answer by whoever serves it; called once, before the first byte. */
export const startAnswer = Symbol('startAnswer');

interface AnswerStream extends Writable {
  [startAnswer]?: (head: { statusCode: number; headers?: Record<string, string> }) => void;
}

type StreamingHandler = (event: never, stream: Writable, context: never) => Promise<void>;

/** Gives handlers the global that the managed Node.js runtime gives them for streamed answers. */
export function provideStreaming(): void {
  const awslambda = {
    streamifyResponse: <Handler extends StreamingHandler>(handler: Handler): Handler => handler,
    HttpResponseStream: {
      from(stream: AnswerStream, head: { statusCode: number; headers?: Record<string, string> }): Writable {
        stream[startAnswer]?.(head);
        return stream;
      },
    },
  };
  Object.assign(globalThis, { awslambda });
}
