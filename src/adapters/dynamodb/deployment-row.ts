import type { Command } from '#domain/deployment/command.ts';
import type { Deployment, Step } from '#domain/deployment/deployment.ts';
import { stepCatalog } from '#domain/deployment/steps.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { indexKeys, keys } from './keys.ts';
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
  return withoutIndex(row) as unknown as Deployment;
}

export function toStep(row: Item): Step {
  return withoutIndex(row) as unknown as Step;
}

export function toCommand(row: Item): Command {
  return withoutIndex(row) as unknown as Command;
}

function withoutIndex(row: Item): Item {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !indexAttributes.includes(name)));
}
