import { readFileSync } from 'node:fs';
import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { childrenFirst, childrenOf, machineCatalog, type MachineRow } from '#state-machines/catalog.ts';
import { boundValue } from '../bound-value.ts';
import { Workflow } from '../constructs/workflow.ts';
import { machineName } from '../names.ts';
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
  constructor(scope: Construct, id: string, { data, functions, runners, definitionAt, ...props }: WorkflowsStackProps) {
    super(scope, id, props);
    const resources = {
      functionArn: (name: string) => functions.named(name).functionArn,
      bucketName: data.bucket.bucketName,
      buildLogGroupName: runners.logGroup.logGroupName,
    };
    const made = new Map<string, Workflow>();
    for (const row of childrenFirst<MachineRow>(machineCatalog)) {
      const bound = Object.entries(row.bindings).map(
        ([placeholder, binding]) => [placeholder, boundValue(binding, this, resources)] as const,
      );
      const workflow = new Workflow(this, row.name, {
        machineName: machineName(row.name),
        definition: readFileSync(definitionAt(row.file), 'utf8'),
        bindings: Object.fromEntries(bound),
      });
      for (const name of childrenOf(row)) workflow.node.addDependency(made.get(name) as Workflow);
      made.set(row.name, workflow);
    }
  }
}
