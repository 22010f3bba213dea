import * as z from 'zod';
import { UnsupportedDefinition } from '#local/asl/assert-supported.ts';
import { uuidFrom } from '#local/asl/aws-functions.ts';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';
import { readDefinition } from './read-definition.ts';
import type { Machine } from './machine-store.ts';
import { PAGE_MEMBERS, paginate } from './page.ts';
import { checkName, parseInput, wireTime } from './parse-input.ts';
import type { StatesContext } from './states-context.ts';
import { refuseDeleting } from './registry.ts';
import { publishVersion } from './version-operations.ts';

// Settings that only their default is honest about: the local endpoint writes no execution logs and no traces.
const Settings = {
  loggingConfiguration: z
    .strictObject({
      level: z.literal('OFF').optional(),
      includeExecutionData: z.literal(false).optional(),
      destinations: z.array(z.unknown()).max(0).optional(),
    })
    .optional(),
  tracingConfiguration: z.strictObject({ enabled: z.literal(false).optional() }).optional(),
  encryptionConfiguration: z.strictObject({ type: z.literal('AWS_OWNED_KEY') }).optional(),
  publish: z.boolean().optional(),
  versionDescription: z.string().max(256).optional(),
};
const Create = z.strictObject({
  ...Settings,
  name: z.string(),
  definition: z.string(),
  roleArn: z.string().regex(/^arn:aws/, 'must be an ARN'),
  type: z.literal('STANDARD').optional(),
  tags: z.array(z.unknown()).max(0).optional(),
});
const Update = z.strictObject({
  ...Settings,
  stateMachineArn: z.string(),
  definition: z.string().optional(),
  roleArn: z
    .string()
    .regex(/^arn:aws/, 'must be an ARN')
    .optional(),
});
const ByArn = z.strictObject({ stateMachineArn: z.string(), includedData: z.literal('ALL_DATA').optional() });
const Validate = z.strictObject({
  definition: z.string(),
  type: z.literal('STANDARD').optional(),
  severity: z.enum(['ERROR', 'WARNING']).optional(),
  maxResults: z.int().min(0).max(100).optional(),
});

/** Operations on state machines themselves. */
export function machineOperations(context: StatesContext): Readonly<Record<string, Operation>> {
  const { clock, random, machines, registry, arns, resources } = context;

  /** Keeps a machine and, when asked to, publishes it: both or neither. */
  const keep = (machine: Machine, publish: boolean, description: string | undefined): string | undefined =>
    transaction(context.store, () => {
      machines.putMachine(machine);
      return publish ? publishVersion(context, machine, description).arn : undefined;
    });

  return {
    CreateStateMachine(input) {
      const { name, definition, roleArn, publish = false, versionDescription } = parseInput(Create, input);
      checkName(name);
      checkDescription(publish, versionDescription);
      readDefinition(definition, resources);
      const arn = arns.machine(name);
      const existing = registry.current(arn);
      if (existing) {
        refuseDeleting(existing);
        if (existing.definition !== definition || existing.roleArn !== roleArn) {
          throw new ServiceFault('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
        }
      }
      const now = clock.now();
      const body = { roleArn, definition, revisionId: 'INITIAL', createdAt: now, updatedAt: now };
      const machine = existing ?? { arn, name, status: 'ACTIVE', lastVersion: 0, ...body };
      const version = keep(machine, publish, versionDescription);
      return { stateMachineArn: arn, creationDate: wireTime(machine.createdAt), stateMachineVersionArn: version };
    },

    UpdateStateMachine(input) {
      const { stateMachineArn, publish = false, versionDescription, ...rest } = parseInput(Update, input);
      checkDescription(publish, versionDescription);
      const machine = registry.machine(stateMachineArn);
      refuseDeleting(machine);
      if (rest.definition === undefined && rest.roleArn === undefined) {
        throw new ServiceFault('MissingRequiredParameter', 'Either the definition or the role ARN must be specified');
      }
      const { definition = machine.definition, roleArn = machine.roleArn } = rest;
      readDefinition(definition, resources);
      const changed = definition !== machine.definition || roleArn !== machine.roleArn;
      const updated: Machine = changed
        ? { ...machine, definition, roleArn, revisionId: uuidFrom(random), updatedAt: clock.now() }
        : machine;
      const version = keep(updated, publish, versionDescription);
      return {
        updateDate: wireTime(clock.now()),
        ...revisionOf(updated),
        stateMachineVersionArn: version,
      };
    },

    DescribeStateMachine(input) {
      const { stateMachineArn } = parseInput(ByArn, input);
      const found = registry.startable(stateMachineArn);
      if (found.kind === 'alias') {
        throw new ServiceFault('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`);
      }
      const body = found.kind === 'version' ? found.version : found.machine;
      return {
        stateMachineArn,
        name: found.machine.name,
        status: found.machine.status,
        definition: body.definition,
        roleArn: body.roleArn,
        type: 'STANDARD',
        creationDate: wireTime(body.createdAt),
        loggingConfiguration: { level: 'OFF', includeExecutionData: false },
        tracingConfiguration: { enabled: false },
        ...revisionOf(body),
        description: found.kind === 'version' ? found.version.description : undefined,
      };
    },

    ListStateMachines(input) {
      const page = parseInput(z.strictObject(PAGE_MEMBERS), input);
      const { items, nextToken } = paginate(
        page,
        (after = 0, limit) => machines.machines(after, limit),
        ({ key }) => key,
      );
      const stateMachines = items.map(({ arn, name, createdAt }) => ({
        stateMachineArn: arn,
        name,
        type: 'STANDARD',
        creationDate: wireTime(createdAt),
      }));
      return { stateMachines, nextToken };
    },

    DeleteStateMachine(input) {
      const { stateMachineArn } = parseInput(ByArn.omit({ includedData: true }), input);
      // Deleting what is not there succeeds, as in the service.
      const machine = registry.current(stateMachineArn);
      if (machine) machines.putMachine({ ...machine, status: 'DELETING' });
      registry.current(stateMachineArn);
      return {};
    },

    ValidateStateMachineDefinition(input) {
      const { definition, maxResults } = parseInput(Validate, input);
      const most = maxResults === undefined || maxResults === 0 ? 100 : maxResults;
      try {
        readDefinition(definition, resources);
        return { result: 'OK', diagnostics: [], truncated: false };
      } catch (error) {
        if (!(error instanceof ServiceFault)) throw error;
        const faults =
          error.cause instanceof UnsupportedDefinition ? error.cause.faults : [{ place: '', message: error.message }];
        const diagnostics = faults.map(({ place, message }) => ({
          severity: 'ERROR',
          code: 'SCHEMA_VALIDATION_FAILED',
          message,
          location: place,
        }));
        return { result: 'FAIL', diagnostics: diagnostics.slice(0, most), truncated: diagnostics.length > most };
      }
    },
  };
}

/** The service names a revision only once there has been an update. */
function revisionOf({ revisionId }: { readonly revisionId: string }) {
  return revisionId === 'INITIAL' ? {} : { revisionId };
}

function checkDescription(publish: boolean, description: string | undefined): void {
  if (publish || description === undefined) return;
  throw new ServiceFault('ValidationException', 'Version description can only be set when publish is true');
}
