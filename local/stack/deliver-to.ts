import { callJson } from '../gateway/call-json.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Lambda } from '../services/lambda/lambda.ts';
import type { Sns } from '../services/sns/create-sns.ts';
import { functionNameIn } from './function-name-in.ts';

interface Receivers {
  readonly lambda: Pick<Lambda, 'invokeLater'>;
  readonly sns: Pick<Sns, 'publish'>;
  /** For what has no shorter way in. */
  readonly gateway: Pick<Gateway, 'handle'>;
}

export type DeliverTo = (targetArn: string, event: unknown) => Promise<void>;

/** Hands an event to the target that an ARN means: a topic, a state machine, else a function by its own queue, which persists it. */
export function deliverTo({ lambda, sns, gateway }: Receivers): DeliverTo {
  return async (targetArn, event) => {
    switch (/^arn:[^:]*:([^:]+):/.exec(targetArn)?.[1]) {
      case 'sns':
        sns.publish({ topicArn: targetArn, text: JSON.stringify(event) });
        return;
      case 'states':
        await callJson(
          gateway,
          { service: 'states', target: 'AWSStepFunctions.StartExecution', version: '1.0' },
          { stateMachineArn: targetArn, input: JSON.stringify(event) },
        );
        return;
      default:
        lambda.invokeLater({ functionName: functionNameIn(targetArn), payload: Buffer.from(JSON.stringify(event)) });
    }
  };
}
