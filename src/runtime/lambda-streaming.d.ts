import type { Writable } from 'node:stream';
import type { Context } from 'aws-lambda';

/** What the managed Node.js runtime puts into the global scope for streamed answers; the local host does the same. */
declare global {
  const awslambda: {
    streamifyResponse<Event>(
      handler: (event: Event, stream: Writable, context: Context) => Promise<void>,
    ): (event: Event, stream: Writable, context: Context) => Promise<void>;
    readonly HttpResponseStream: {
      from(stream: Writable, head: { statusCode: number; headers?: Record<string, string> }): Writable;
    };
  };
}
