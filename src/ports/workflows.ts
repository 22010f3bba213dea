import type { Deployment } from '#domain/deployment/deployment.ts';
import type { PromotionInput } from '#schemas/workflows/promotion-task.ts';
import type { PushTask } from '#schemas/workflows/push-task.ts';

export interface Workflows {
  /**
   * Makes sure that the machine of one run of a deployment runs: that of its kind. Starting the same run twice starts it
   * once.
   *
   * @returns `ended` when that run's machine has run already and is over
   */
  startDeployment({ id, run, kind }: Pick<Deployment, 'id' | 'run' | 'kind'>): Promise<'running' | 'ended'>;
  /**
   * Makes sure that the machine of a push has run, or runs. Starting it twice starts it once.
   *
   * @returns `ended` when it has run already and is over
   */
  startPush(task: PushTask): Promise<'running' | 'ended'>;
  /** The same for a promotion, which waits by itself until it is due. */
  startPromotion(input: PromotionInput): Promise<void>;
  /**
   * Ends the wait of the state that gave out this token. Sending it twice wakes the state once.
   *
   * @param output what the state's task results in, as JSON of at most 256 KiB
   * @returns `gone` when nobody waits for the token any more: woken before, timed out, stopped
   */
  wake(token: string, output: unknown): Promise<'woken' | 'gone'>;
}
