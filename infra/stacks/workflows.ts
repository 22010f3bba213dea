import { readFileSync } from 'node:fs';
import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { machineCatalog, type Binding } from '#state-machines/catalog.ts';
import { Workflow, type BoundValue } from '../constructs/workflow.ts';
import { machineName, projectArn, projectName } from '../names.ts';
import type { DataStack } from './data.ts';
import type { FunctionsStack } from './functions.ts';
import type { RunnersStack } from './runners.ts';

interface WorkflowsStackProps extends StackProps {
  readonly data: DataStack;
  readonly functions: FunctionsStack;
  readonly runners: RunnersStack;
  /** Path of a definition, from its name in the catalog. */
  readonly definitionAt: (file: string) => string;
}

/** Every state machine of the catalog, each with the grants that its bindings mean. */
export class WorkflowsStack extends Stack {
  readonly #resources: Pick<WorkflowsStackProps, 'data' | 'functions' | 'runners'>;

  constructor(scope: Construct, id: string, { data, functions, runners, definitionAt, ...props }: WorkflowsStackProps) {
    super(scope, id, props);
    this.#resources = { data, functions, runners };
    for (const { name, file, bindings } of machineCatalog) {
      const bound = Object.entries(bindings).map(
        ([placeholder, binding]) => [placeholder, this.#bind(binding)] as const,
      );
      new Workflow(this, name, {
        machineName: machineName(name),
        definition: readFileSync(definitionAt(file), 'utf8'),
        bindings: Object.fromEntries(bound),
      });
    }
  }

  #bind(binding: Binding): BoundValue {
    const { data, functions, runners } = this.#resources;
    switch (binding.kind) {
      case 'function': {
        const arn = functions.named(binding.name).functionArn;
        return { value: arn, grants: [{ actions: ['lambda:InvokeFunction'], resources: [arn] }] };
      }
      case 'project':
        return {
          value: projectName(binding.name),
          grants: [
            {
              actions: ['codebuild:StartBuild', 'codebuild:StopBuild', 'codebuild:BatchGetBuilds'],
              resources: [projectArn(this, binding.name)],
            },
            {
              // The rule by which Step Functions hears of a build's end; it makes and keeps it itself.
              actions: ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'],
              resources: [
                `arn:${this.partition}:events:${this.region}:${this.account}:rule/StepFunctionsGetEventForCodeBuildStartBuildRule`,
              ],
            },
          ],
        };
      case 'blob-bucket':
        return { value: data.bucket.bucketName, grants: [] };
      case 'build-log-group':
        return { value: runners.logGroup.logGroupName, grants: [] };
    }
  }
}
