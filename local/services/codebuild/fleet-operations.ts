import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { Operation } from '#local/gateway/json-service.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import { fleetArn, nameOf } from './codebuild-arn.ts';
import { parseInput } from './codebuild-input.ts';

interface FleetRow {
  readonly name: string;
  readonly capacity: number;
}

const capacity = z.int().min(1);
const createInput = z.strictObject({
  name: z.string().min(2).max(128),
  baseCapacity: capacity,
  environmentType: z.string(),
  computeType: z.string(),
});
const updateInput = z.strictObject({ arn: z.string(), baseCapacity: capacity.optional() });
const namesInput = z.strictObject({ names: z.array(z.string()).min(1).max(100) });

/** How many machines the fleets have together; `undefined` without a fleet. */
export function fleetCapacity(store: DatabaseSync): number | undefined {
  const row = store.prepare('SELECT SUM(capacity) AS machines FROM codebuild_fleet').get() as {
    machines: number | null;
  };
  return row.machines ?? undefined;
}

/** @param resized is told when builds that wait may find a machine */
export function fleetOperations(store: DatabaseSync, resized: () => void): Record<string, Operation> {
  const find = (nameOrArn: string): FleetRow | undefined =>
    store.prepare('SELECT name, capacity FROM codebuild_fleet WHERE name = ?').get(nameOf(nameOrArn)) as
      | FleetRow
      | undefined;
  return {
    CreateFleet(input) {
      const { name, baseCapacity } = parseInput(createInput, input);
      if (find(name)) throw new ServiceFault('ResourceAlreadyExistsException', `Fleet already exists: ${name}`);
      store.prepare('INSERT INTO codebuild_fleet (name, capacity) VALUES (?, ?)').run(name, baseCapacity);
      resized();
      return { fleet: describe({ name, capacity: baseCapacity }) };
    },
    UpdateFleet(input) {
      const { arn, baseCapacity } = parseInput(updateInput, input);
      const fleet = find(arn);
      if (!fleet) throw new ServiceFault('ResourceNotFoundException', `Fleet cannot be found: ${arn}`);
      const changed = { ...fleet, ...(baseCapacity !== undefined && { capacity: baseCapacity }) };
      store.prepare('UPDATE codebuild_fleet SET capacity = ? WHERE name = ?').run(changed.capacity, changed.name);
      resized();
      return { fleet: describe(changed) };
    },
    BatchGetFleets(input) {
      const { names } = parseInput(namesInput, input);
      const found = names.map(find);
      return {
        fleets: found.flatMap((fleet) => (fleet ? [describe(fleet)] : [])),
        fleetsNotFound: names.filter((_, index) => !found[index]),
      };
    },
  };
}

function describe({ name, capacity }: FleetRow) {
  return { arn: fleetArn(name), name, baseCapacity: capacity, status: { statusCode: 'ACTIVE' } };
}
