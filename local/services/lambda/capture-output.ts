import { AsyncLocalStorage } from 'node:async_hooks';

type Take = (lines: string[]) => void;

const scope = new AsyncLocalStorage<Take>();
const METRICS = '"CloudWatchMetrics"';

/**
 * Runs a function of this process and hands over the lines that it prints, as Lambda hands them to CloudWatch Logs. They are
 * printed all the same, except metrics: on a terminal these say nothing to a person.
 */
export function capturingOutput<T>(take: Take, work: () => Promise<T>): Promise<T> {
  for (const stream of [process.stdout, process.stderr]) listen(stream);
  let open = true;
  // What the function set off in this process runs on in its scope; what that prints is not the function's.
  return scope
    .run((lines) => {
      if (open) take(lines);
    }, work)
    .finally(() => {
      open = false;
    });
}

const listening = new WeakSet<NodeJS.WriteStream>();

function listen(stream: NodeJS.WriteStream): void {
  if (listening.has(stream)) return;
  listening.add(stream);
  const write = stream.write.bind(stream) as (...parameters: unknown[]) => boolean;
  const listeningWrite = (...parameters: unknown[]): boolean => {
    const take = scope.getStore();
    if (!take) return write(...parameters);
    const text = textOf(parameters[0]);
    try {
      // Outside of the scope, so that a log that prints does not listen to itself.
      scope.exit(() => take(text.split('\n').filter((line) => line !== '')));
    } catch (error) {
      // Printing never fails a function, not even while the host closes its store.
      write(`local lambda: what a function printed cannot be logged: ${String(error)}\n`);
    }
    if (!text.includes(METRICS)) return write(...parameters);
    const written = parameters.findLast((each) => typeof each === 'function') as (() => void) | undefined;
    written?.();
    return true;
  };
  stream.write = listeningWrite;
}

function textOf(chunk: unknown): string {
  return chunk instanceof Uint8Array ? Buffer.from(chunk).toString('utf8') : String(chunk);
}
