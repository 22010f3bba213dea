import * as z from 'zod';
import type { ExecutionRecord } from '#local/asl/execution-record.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { checkExecutionArn } from './arn.ts';
import { historyEvent } from './history-event.ts';
import { PAGE_MEMBERS, paginate } from './page.ts';
import { parseInput, wireTime } from './parse-input.ts';
import { startExecution } from './start-execution.ts';
import type { StatesContext } from './states-context.ts';

const Stop = z.strictObject({
  executionArn: z.string(),
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
});
const ByArn = z.strictObject({ executionArn: z.string(), includedData: z.literal('ALL_DATA').optional() });
const List = z.strictObject({
  stateMachineArn: z.string(),
  statusFilter: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']).optional(),
  ...PAGE_MEMBERS,
});
const History = z.strictObject({
  executionArn: z.string(),
  reverseOrder: z.boolean().optional(),
  includeExecutionData: z.literal(true).optional(),
  ...PAGE_MEMBERS,
});

/** Operations on executions. */
export function executionOperations(context: StatesContext, region: string): Readonly<Record<string, Operation>> {
  const { engine, registry } = context;

  return {
    StartExecution: (input) => started(startExecution(context, input)),

    StopExecution(input) {
      const { executionArn, error, cause } = parseInput(Stop, input);
      find(executionArn);
      const reason = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
      return { stopDate: wireTime(engine.stop(executionArn, reason)?.stoppedAt ?? 0) };
    },

    DescribeExecution(input) {
      const execution = find(parseInput(ByArn, input).executionArn);
      const running = execution.status === 'RUNNING';
      return {
        ...summary(execution),
        input: execution.input,
        inputDetails: { included: true },
        ...(execution.output !== undefined && { output: execution.output, outputDetails: { included: true } }),
        error: execution.error,
        cause: execution.cause,
        redriveCount: 0,
        redriveStatus: 'NOT_REDRIVABLE',
        redriveStatusReason: running
          ? 'Execution is RUNNING and cannot be redriven'
          : 'The local endpoint cannot redrive executions',
      };
    },

    ListExecutions(input) {
      const asked = parseInput(List, input);
      registry.startable(asked.stateMachineArn);
      const { items, nextToken } = paginate(
        asked,
        (before, limit) =>
          engine.journal.list({
            startedFrom: asked.stateMachineArn,
            limit,
            ...(asked.statusFilter !== undefined && { status: asked.statusFilter }),
            ...(before !== undefined && { before }),
          }),
        ({ key }) => key,
      );
      return { executions: items.map(summary), nextToken };
    },

    GetExecutionHistory(input) {
      const asked = parseInput(History, input);
      const execution = find(asked.executionArn);
      const order = asked.reverseOrder === true ? 'newest first' : 'oldest first';
      const { items, nextToken } = paginate(
        asked,
        (from, limit) => engine.journal.events(execution.key, { order, limit, ...(from !== undefined && { from }) }),
        ({ id = 0 }) => id,
      );
      return { events: items.map((line) => historyEvent(line, execution, region)), nextToken };
    },

    DescribeStateMachineForExecution(input) {
      const { machine, definition } = find(parseInput(ByArn, input).executionArn);
      const { arn, name, roleArn, updatedAt, revisionId = 'INITIAL' } = machine;
      return {
        stateMachineArn: arn,
        name,
        definition,
        roleArn,
        updateDate: wireTime(updatedAt),
        loggingConfiguration: { level: 'OFF', includeExecutionData: false },
        tracingConfiguration: { enabled: false },
        ...(revisionId !== 'INITIAL' && { revisionId }),
      };
    },
  };

  function find(arn: string): ExecutionRecord {
    checkExecutionArn(arn);
    const execution = engine.journal.find(arn);
    if (!execution) throw new ServiceFault('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }
}

function started({ arn, startedAt }: ExecutionRecord) {
  return { executionArn: arn, startDate: wireTime(startedAt) };
}

function summary(execution: ExecutionRecord) {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machine.arn,
    name: execution.name,
    status: execution.status,
    startDate: wireTime(execution.startedAt),
    stopDate: execution.stoppedAt === undefined ? undefined : wireTime(execution.stoppedAt),
    stateMachineVersionArn: execution.versionArn,
    stateMachineAliasArn: execution.aliasArn,
    redriveCount: 0,
  };
}
