import type { Binding } from '#state-machines/catalog.ts';
import type { BoundValue } from './constructs/workflow.ts';
import { executionArns, machineAliasArn, machineArn, projectArn, projectName, type Place } from './names.ts';
import { startMachines } from './start-machine.ts';

/** What other stacks made that a definition can name. */
interface BindingResources {
  /** By the name in the catalog. */
  readonly functionArn: (name: string) => string;
  readonly bucketName: string;
  readonly buildLogGroupName: string;
}

/** What a placeholder stands for in an installation, and what the machine's role may therefore do. */
export function boundValue(binding: Binding, place: Place, resources: BindingResources): BoundValue {
  switch (binding.kind) {
    case 'function': {
      const arn = resources.functionArn(binding.name);
      return { value: arn, grants: [{ actions: ['lambda:InvokeFunction'], resources: [arn] }] };
    }
    case 'project':
      return {
        value: projectName(binding.name),
        grants: [
          {
            actions: ['codebuild:StartBuild', 'codebuild:StopBuild', 'codebuild:BatchGetBuilds'],
            resources: [projectArn(place, binding.name)],
          },
          managedRule(place, 'StepFunctionsGetEventForCodeBuildStartBuildRule'),
        ],
      };
    case 'machine': {
      return {
        value: machineAliasArn(place, binding.name),
        grants: [
          startMachines(machineArn(place, binding.name)),
          // Executions are named when they begin.
          {
            actions: ['states:DescribeExecution', 'states:StopExecution'],
            resources: [executionArns(place, binding.name)],
            because: 'An execution is named when it begins; they are all of this one machine.',
          },
          managedRule(place, 'StepFunctionsGetEventsForStepFunctionsExecutionRule'),
        ],
      };
    }
    case 'blob-bucket':
      return { value: resources.bucketName, grants: [] };
    case 'build-log-group':
      return { value: resources.buildLogGroupName, grants: [] };
  }
}

/** The rule by which Step Functions hears of an end that it waits for; it makes and keeps it itself. */
function managedRule({ partition, region, account }: Place, name: string) {
  return {
    actions: ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'],
    resources: [`arn:${partition}:events:${region}:${account}:rule/${name}`],
  };
}
