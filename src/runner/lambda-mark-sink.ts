import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { MarkRefused, type MarkSink } from './mark-sink.ts';

const functionError = z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() });

/** How a function ends that refused nothing: a service that it needs was busy, or it was lost itself. */
const mayPass = ['transient_fault', 'Runtime.ExitError', 'Sandbox.Timedout'];

/**
 * Posts marks by invoking a function and waiting for its answer. A function error is a refusal, unless another attempt may
 * get past it.
 */
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
      const { errorType, errorMessage } = errorIn(answer.Payload);
      const reason = [errorType, errorMessage].filter((part) => part !== undefined).join(': ') || answer.FunctionError;
      if (errorType !== undefined && mayPass.includes(errorType)) throw new Error(reason);
      throw new MarkRefused(`the mark "${mark.stage} ${mark.status}" was refused: ${reason}`);
    },
  };
}

function errorIn(payload: Uint8Array | undefined): z.output<typeof functionError> {
  try {
    return functionError.parse(JSON.parse(Buffer.from(payload ?? []).toString('utf8')));
  } catch {
    return {};
  }
}
