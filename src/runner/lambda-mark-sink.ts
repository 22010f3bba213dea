import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { MarkRefused, type MarkSink } from './mark-sink.ts';

const functionError = z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() });

/** Posts marks by invoking a function and waiting for its answer; a function error is a refusal. */
export function lambdaMarkSink(lambda: LambdaClient, functionName: string): MarkSink {
  return {
    async post(mark) {
      const answer = await lambda.send(
        new InvokeCommand({
          FunctionName: functionName,
          InvocationType: 'RequestResponse',
          Payload: Buffer.from(JSON.stringify(mark)),
        }),
      );
      if (answer.FunctionError === undefined) return;
      throw new MarkRefused(
        `the mark "${mark.stage} ${mark.status}" was refused: ${reasonIn(answer.Payload) ?? answer.FunctionError}`,
      );
    },
  };
}

function reasonIn(payload: Uint8Array | undefined): string | undefined {
  try {
    const error = functionError.parse(JSON.parse(Buffer.from(payload ?? []).toString('utf8')));
    return [error.errorType, error.errorMessage].filter((part) => part !== undefined).join(': ') || undefined;
  } catch {
    return undefined;
  }
}
