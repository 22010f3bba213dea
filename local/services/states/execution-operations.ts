import * as z from 'zod';
import { uuidFrom } from '#local/asl/aws-functions.ts';
import type { ExecutionRecord } from '#local/asl/execution-record.ts';
import { LIMITS } from '#local/asl/limits.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { checkExecutionArn } from './arn.ts';
import { historyEvent } from './history-event.ts';
import type { MachineBody } from './machine-store.ts';
import { PAGE_MEMBERS, paginate } from './page.ts';
import { checkName, parseInput, wireTime } from './parse-input.ts';
import { refuseDeleting, type Startable } from './registry.ts';
import type { StatesContext } from './states-context.ts';

const Start = z.strictObject({
  stateMachineArn: z.string(),
  name: z.string().optional(),
  input: z.string().optional(),
});
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
  const { engine, registry, machines, arns, random } = context;

  return {
    StartExecution(input) {
      const { stateMachineArn, name = uuidFrom(random), input: text = '{}' } = parseInput(Start, input);
      checkName(name);
      checkInput(text);
      const found = registry.startable(stateMachineArn);
      refuseDeleting(found.machine);
      const arn = arns.execution(found.machine.name, name);
      const existing = engine.journal.find(arn);
      if (existing?.status === 'RUNNING' && existing.input === text && existing.machine.arn === found.machine.arn) {
        return started(existing);
      }
      if (existing) throw new ServiceFault('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      const { roleArn, definition, updatedAt, revisionId, ...qualified } = chosen(found);
      const machine = { arn: found.machine.arn, name: found.machine.name, roleArn, updatedAt, revisionId };
      return started(engine.start({ arn, name, machine, ...qualified, definition, input: text }));
    },

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

  /** What an execution runs: the machine as it is, a version, or the version that the alias draws by weight. */
  function chosen(found: Startable): MachineBody & { versionArn?: string; aliasArn?: string } {
    const bodyOf = ({ roleArn, definition, revisionId, updatedAt }: MachineBody): MachineBody => ({
      roleArn,
      definition,
      revisionId,
      updatedAt,
    });
    if (found.kind === 'machine') return bodyOf(found.machine);
    if (found.kind === 'version') return { ...bodyOf(found.version), versionArn: found.version.arn };
    const [first, second] = found.alias.routes;
    const route = second && random() * 100 >= (first?.weight ?? 0) ? second : first;
    const version = machines.version(route?.stateMachineVersionArn ?? '');
    if (!version) throw new ServiceFault('StateMachineDoesNotExist', `The alias ${found.alias.arn} names no version.`);
    return { ...bodyOf(version), versionArn: version.arn, aliasArn: found.alias.arn };
  }
}

function checkInput(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new ServiceFault('InvalidExecutionInput', `Invalid State Machine Execution Input: '${text}' is no JSON`);
  }
  if (Buffer.byteLength(text) > LIMITS.dataBytes) {
    throw new ServiceFault('InvalidExecutionInput', `The input is larger than ${LIMITS.dataBytes} bytes`);
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
