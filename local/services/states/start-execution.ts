import * as z from 'zod';
import { uuidFrom } from '#local/asl/aws-functions.ts';
import type { ExecutionRecord } from '#local/asl/execution-record.ts';
import { LIMITS } from '#local/asl/limits.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import type { MachineBody } from './machine-store.ts';
import { checkName, parseInput } from './parse-input.ts';
import { refuseDeleting, type Startable } from './registry.ts';
import type { StatesContext } from './states-context.ts';

const Start = z.strictObject({
  stateMachineArn: z.string(),
  name: z.string().optional(),
  input: z.string().optional(),
});

/**
 * Starts an execution, or finds the one that the same start has made before.
 *
 * @param startedBy names the attempt at a task that asks, which finds what it has started even when that is over already:
 * after a restart it cannot tell whether it had come so far
 * @throws ServiceFault
 */
export function startExecution(context: StatesContext, input: unknown, startedBy?: string): ExecutionRecord {
  const { engine, registry, arns, random } = context;
  const { stateMachineArn, name = uuidFrom(random), input: text = '{}' } = parseInput(Start, input);
  checkName(name);
  checkInput(text);
  const found = registry.startable(stateMachineArn);
  const arn = arns.execution(found.machine.name, name);
  const existing = engine.journal.find(arn);
  if (existing && startedBy !== undefined && existing.startedBy === startedBy) return existing;
  refuseDeleting(found.machine);
  if (existing?.status === 'RUNNING' && existing.input === text && existing.machine.arn === found.machine.arn) {
    return existing;
  }
  if (existing) throw new ServiceFault('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
  const { roleArn, definition, updatedAt, revisionId, ...qualified } = chosen(context, found);
  const machine = { arn: found.machine.arn, name: found.machine.name, roleArn, updatedAt, revisionId };
  const origin = startedBy === undefined ? {} : { startedBy };
  return engine.start({ arn, name, machine, ...qualified, ...origin, definition, input: text });
}

/** What an execution runs: the machine as it is, a version, or the version that the alias draws by weight. */
function chosen(
  { machines, random }: StatesContext,
  found: Startable,
): MachineBody & { versionArn?: string; aliasArn?: string } {
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
