import type { Command } from '#domain/deployment/command.ts';
import type { Deployment, DeploymentRecord, Step } from '#domain/deployment/deployment.ts';
import { stepCatalog } from '#domain/deployment/steps.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { commandPrefix, indexKeys, keys, stepPrefix } from './keys.ts';
import type { Item } from './table.ts';

/** A deployment as a row; its index keys follow from its state. */
export function deploymentRow(deployment: Deployment): Item {
  return {
    ...keys.deployment(deployment.id),
    et: 'Deployment',
    ...indexKeys.deployment(deployment),
    ...(!isTerminal(deployment.status) && indexKeys.active(deployment)),
    ...deployment,
  };
}

export function stepRow(step: Step): Item {
  const { number } = stepCatalog[step.name];
  return { ...keys.step(step.deploymentId, number, step.name, step.attempt), et: 'Step', ...step };
}

const indexAttributes = ['pk', 'sk', 'et', 'gsi1pk', 'gsi1sk', 'gsi2pk', 'gsi2sk', 'gsi3pk', 'gsi3sk'];

/** The domain's part of a row. Rows are written by this program only, by `deploymentRow` and `stepRow`. */
export function toDeployment(row: Item): Deployment {
  const deployment = withoutIndex(row) as unknown as Deployment;
  return isArchived(row) ? { ...deployment, archived: true } : deployment;
}

/** Whether the archive has this record already, and the rest of its rows may be gone. */
export function isArchived(row: Item): boolean {
  return row['archived'] !== undefined;
}

/** The rows of one deployment as its record; none without its own row. */
export function toRecord(rows: readonly Item[]): DeploymentRecord | undefined {
  const meta = rows.find((row) => row['sk'] === 'META');
  if (!meta) return undefined;
  const beginningWith = (prefix: string) => rows.filter((row) => String(row['sk']).startsWith(prefix));
  return {
    deployment: toDeployment(meta),
    steps: beginningWith(stepPrefix).map(toStep),
    commands: beginningWith(commandPrefix).map(toCommand),
  };
}

function toStep(row: Item): Step {
  return withoutIndex(row) as unknown as Step;
}

function toCommand(row: Item): Command {
  return withoutIndex(row) as unknown as Command;
}

function withoutIndex(row: Item): Item {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !indexAttributes.includes(name)));
}
