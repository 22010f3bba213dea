import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { RunnerFailure } from './runner-failure.ts';

/** Who is told that a stage began or ended. Rejects with `MarkRefused` when the mark was understood and not accepted. */
export interface MarkSink {
  post(mark: StageMark): Promise<void>;
}

/** Saying it again would not help: the token is wrong, or the deployment is over. */
export class MarkRefused extends RunnerFailure {}
