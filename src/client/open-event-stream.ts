import type { Connection } from './connection.ts';
import { eventStreamReader, type ServerEvent } from './event-stream.ts';
import { orUnreachable } from './or-unreachable.ts';
import { refusalOf } from './read-answer.ts';

interface StreamOptions {
  /** Number of the last event that is known already. */
  readonly last: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Called for every piece that comes in, keep-alives too. */
  readonly heard: () => void;
}

/**
 * The events of one connection, until it ends. `EventSource` would not do: it cannot send a token.
 *
 * @throws ApiProblem, UnexpectedAnswer; Unreachable when the connection breaks off or falls silent
 */
export async function* openEventStream(
  connection: Connection,
  url: string,
  { last, signal, heard }: StreamOptions,
): AsyncGenerator<ServerEvent, void> {
  const silence = new AbortController();
  const gone = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  const fellSilent = (): void => silence.abort(new DOMException('The stream fell silent', 'TimeoutError'));
  /** Only the network is timed: whoever reads the events may take as long as they like. */
  const inTime = async <T>(work: () => Promise<T>): Promise<T> => {
    const timer = setTimeout(fellSilent, connection.idleMs);
    try {
      return await orUnreachable(url, gone, work);
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    const headers = {
      accept: 'text/event-stream',
      authorization: `Bearer ${await connection.token()}`,
      ...(last !== undefined && { 'last-event-id': String(last) }),
    };
    const response = await inTime(() => connection.fetch(url, { headers, signal: gone }));
    if (!response.body || !isEventStream(response)) {
      throw refusalOf(url, response, await inTime(() => response.text()));
    }
    const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
    const eventsOf = eventStreamReader();
    for (;;) {
      const piece = await inTime(() => reader.read());
      if (piece.done) return;
      heard();
      yield* eventsOf(piece.value);
    }
  } finally {
    // Whoever stops listening in the middle lets go of the connection as well.
    silence.abort();
  }
}

function isEventStream(response: Response): boolean {
  return response.status === 200 && /^text\/event-stream\b/.test(response.headers.get('content-type') ?? '');
}
