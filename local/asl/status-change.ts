import type { ExecutionRecord } from './execution-record.ts';

/** The EventBridge event of a Step Functions execution that began or ended. */
export interface StatusChange {
  readonly source: 'aws.states';
  readonly 'detail-type': 'Step Functions Execution Status Change';
  /** The ARN of the execution. */
  readonly resources: readonly string[];
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

// The service leaves input and output out of an event when they would take it past this many bytes.
const INCLUDED_BYTES = 248 * 1024;

export function statusChange(execution: ExecutionRecord): StatusChange {
  const { input, output } = execution;
  const included = Buffer.byteLength(input) + Buffer.byteLength(output ?? '') <= INCLUDED_BYTES;
  const ended = execution.stoppedAt !== undefined;
  return {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [execution.arn],
    time: execution.stoppedAt ?? execution.startedAt,
    detail: {
      executionArn: execution.arn,
      stateMachineArn: execution.machine.arn,
      name: execution.name,
      status: execution.status,
      startDate: execution.startedAt,
      stopDate: execution.stoppedAt ?? null,
      input: included ? input : null,
      inputDetails: { included },
      output: included ? (output ?? null) : null,
      outputDetails: output === undefined ? null : { included },
      stateMachineVersionArn: execution.versionArn ?? null,
      stateMachineAliasArn: execution.aliasArn ?? null,
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: ended
        ? 'The local endpoint cannot redrive executions'
        : 'Execution is RUNNING and cannot be redriven',
      error: execution.error ?? null,
      cause: execution.cause ?? null,
    },
  };
}
