import { MarkRefused, type MarkSink } from './mark-sink.ts';
import { RunnerFailure } from './runner-failure.ts';

const DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** Posts a mark again, five times at most, unless it was refused: a build is too dear to be lost to one bad second. */
export function retryingMarkSink(sink: MarkSink, sleep: (milliseconds: number) => Promise<void>): MarkSink {
  return {
    async post(mark) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await sink.post(mark);
        } catch (error) {
          if (error instanceof MarkRefused) throw error;
          const delay = DELAYS_MS[attempt];
          if (delay === undefined) {
            const reason = error instanceof Error ? error.message : String(error);
            throw new RunnerFailure(`the mark "${mark.stage} ${mark.status}" could not be delivered: ${reason}`, {
              cause: error,
            });
          }
          await sleep(delay);
        }
      }
    },
  };
}
