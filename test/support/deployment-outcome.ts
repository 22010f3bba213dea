import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import type { Failure } from '#schemas/workflows/failure.ts';
import { deploymentEvents } from './deployment-events.ts';
import { machineStates } from './machine-states.ts';
import type { WorkflowHost } from './workflow-host.ts';

/** How a deployment ended, to be looked at from several sides. */
export interface DeploymentOutcome {
  readonly view: DeploymentView;
  status(expected: DeploymentView['status']): DeploymentOutcome;
  /** Members that the failure has: themselves, or what they match. */
  failure(members: { readonly [Name in keyof Failure]?: Failure[Name] | RegExp }): DeploymentOutcome;
  /** Every attempt in order, as `test failed`, from the second on as `test#2 succeeded`. */
  steps(expected: readonly string[]): DeploymentOutcome;
  /** Types of the events in order, without the progress of steps and without `deployment.`. */
  events(expected: readonly string[]): DeploymentOutcome;
  /** States that the machine entered, in order. */
  states(expected: readonly string[]): DeploymentOutcome;
  /** The version that the alias of the environment gives all traffic. */
  serves(version: string): Promise<DeploymentOutcome>;
}

export function deploymentOutcome(host: WorkflowHost, view: DeploymentView): DeploymentOutcome {
  const outcome: DeploymentOutcome = {
    view,
    status(expected) {
      expect(view.status, JSON.stringify(view.failure)).toBe(expected);
      return outcome;
    },
    failure(members) {
      for (const [name, expected] of Object.entries(members)) {
        const seen = view.failure?.[name as keyof Failure];
        if (expected instanceof RegExp) expect(seen, `failure.${name}`).toMatch(expected);
        else expect(seen, `failure.${name}`).toEqual(expected);
      }
      return outcome;
    },
    steps(expected) {
      const seen = view.steps.map(
        ({ name, attempt, status }) => `${attempt === 1 ? name : `${name}#${attempt}`} ${status}`,
      );
      expect(seen).toEqual(expected);
      return outcome;
    },
    events(expected) {
      const types = deploymentEvents(host, view.id).map(({ type }) => type.replace('deployment.', ''));
      expect(types.filter((type) => type !== 'step_progress')).toEqual(expected);
      return outcome;
    },
    states(expected) {
      expect(machineStates(host, view)).toEqual(expected);
      return outcome;
    },
    async serves(version) {
      const alias = await new LambdaClient(host.client).send(
        new GetAliasCommand({ FunctionName: `${view.service}-${view.environment}`, Name: 'live' }),
      );
      expect(alias.FunctionVersion).toBe(version);
      expect(Object.keys(alias.RoutingConfig?.AdditionalVersionWeights ?? {})).toEqual([]);
      return outcome;
    },
  };
  return outcome;
}
