import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { type FindStages, foundStages, type KeepStages } from '#schemas/workflows/build-cache.ts';
import type { BuildPlan } from '#schemas/workflows/build-plan.ts';
import { RunnerFailure } from '../runner-failure.ts';
import type { CacheSink } from './cache-sink.ts';

/** Asks and tells the function that marks go to, in the name of the plan. */
export function lambdaCacheSink(lambda: LambdaClient, functionName: string, plan: BuildPlan): CacheSink {
  const speaker = { deploymentId: plan.deploymentId, token: plan.markToken, run: plan.run };
  return {
    async find(stages) {
      const answer = await say({ ...speaker, message: 'find-stages', stages: [...stages] });
      return foundStages.parse(JSON.parse(answer)).found;
    },
    async keep({ stages, broken }) {
      await say({ ...speaker, message: 'keep-stages', stages, broken });
    },
  };

  async function say(message: FindStages | KeepStages): Promise<string> {
    const answer = await lambda.send(
      new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'RequestResponse',
        Payload: Buffer.from(JSON.stringify(message)),
      }),
    );
    const text = Buffer.from(answer.Payload ?? []).toString('utf8');
    if (answer.FunctionError !== undefined) throw new RunnerFailure(`the control plane refused: ${text.slice(0, 300)}`);
    return text;
  }
}
