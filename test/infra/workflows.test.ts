import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { functionCatalog } from '#functions/catalog.ts';
import { machineCatalog } from '#state-machines/catalog.ts';
import { allowedBy, pairsOf } from './policies.ts';
import { arnOf, installation, ofType, type Resource } from './synthesized.ts';

const state = z.object({
  Type: z.string(),
  Resource: z.string().optional(),
  Arguments: z
    .object({
      FunctionName: z.string().optional(),
      ProjectName: z.string().optional(),
      StateMachineArn: z.string().optional(),
    })
    .optional(),
  get Branches() {
    return z.array(scope).optional();
  },
  get ItemProcessor() {
    return scope.optional();
  },
});
const scope = z.object({ States: z.record(z.string(), state) });
type State = z.output<typeof state>;
type Scope = z.output<typeof scope>;

function tasksIn({ States }: Scope): readonly (readonly [string, State])[] {
  return Object.entries(States).flatMap(([name, each]) => [
    ...(each.Type === 'Task' ? [[name, each] as const] : []),
    ...[...(each.Branches ?? []), ...(each.ItemProcessor ? [each.ItemProcessor] : [])].flatMap(tasksIn),
  ]);
}
const place = 'eu-west-1:000000000000';
const machineShape = z.object({
  RoleArn: z.string(),
  DefinitionString: z.string(),
  DefinitionSubstitutions: z.record(z.string(), z.string()),
});

describe.each(machineCatalog.map((row) => [row.name, row] as const))('the state machine %s', (name, row) => {
  const bytes = readFileSync(new URL(`../../state-machines/${row.file}`, import.meta.url), 'utf8');
  const machine = (): Resource => {
    const [found] = ofType('AWS::StepFunctions::StateMachine').filter(
      ({ properties }) => properties['StateMachineName'] === `deployment-service-${name}`,
    );
    if (!found) throw new Error(`There is no state machine ${name}.`);
    return found;
  };
  const pairs = () => {
    const { RoleArn } = machineShape.parse(machine().properties);
    const role = ofType('AWS::IAM::Role').find((each) => arnOf(each) === RoleArn);
    return pairsOf(allowedBy(role as Resource, installation()));
  };

  it('runs the bytes of its file', () => {
    expect(machineShape.parse(machine().properties).DefinitionString).toBe(bytes);
  });

  const tasks = tasksIn(scope.parse(JSON.parse(bytes)));

  it.each(tasks)('may do what the state %s asks for', (_, { Resource, Arguments }) => {
    const { DefinitionSubstitutions } = machineShape.parse(machine().properties);
    const filledIn = (placeholder = '') => DefinitionSubstitutions[/^\$\{(\w+)\}$/.exec(placeholder)?.[1] ?? ''];
    if (Resource?.startsWith('arn:aws:states:::lambda:invoke') === true) {
      const arn = filledIn(Arguments?.FunctionName);
      expect(ofType('AWS::Lambda::Function').map(arnOf)).toContain(arn);
      expect(pairs()).toContain(`lambda:InvokeFunction on ${arn}`);
      return;
    }
    if (Resource === 'arn:aws:states:::states:startExecution.sync:2') {
      const alias = filledIn(Arguments?.StateMachineArn);
      const child = /:stateMachine:(.+):live$/.exec(alias ?? '')?.[1] ?? '';
      expect(machineCatalog.map((each) => `deployment-service-${each.name}`)).toContain(child);
      const rule = `arn:aws:events:${place}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;
      for (const pair of [
        // IAM is asked about the machine, and by a condition about the alias.
        `states:StartExecution on ${alias?.replace(/:live$/, '')}`,
        ...['DescribeExecution', 'StopExecution'].map(
          (action) => `states:${action} on arn:aws:states:${place}:execution:${child}:*`,
        ),
        ...['PutTargets', 'PutRule', 'DescribeRule'].map((action) => `events:${action} on ${rule}`),
      ]) {
        expect(pairs()).toContain(pair);
      }
      return;
    }
    expect(Resource).toBe('arn:aws:states:::codebuild:startBuild.sync');
    const project = filledIn(Arguments?.ProjectName);
    expect(ofType('AWS::CodeBuild::Project').map(({ properties }) => properties['Name'])).toContain(project);
    const rule = 'arn:aws:events:eu-west-1:000000000000:rule/StepFunctionsGetEventForCodeBuildStartBuildRule';
    for (const pair of [
      ...['StartBuild', 'StopBuild', 'BatchGetBuilds'].map(
        (action) => `codebuild:${action} on arn:aws:codebuild:eu-west-1:000000000000:project/${project}`,
      ),
      ...['PutTargets', 'PutRule', 'DescribeRule'].map((action) => `events:${action} on ${rule}`),
    ]) {
      expect(pairs()).toContain(pair);
    }
  });

  it('may invoke the functions of its states and no others', () => {
    const invoked = [...pairs()].filter((pair) => pair.startsWith('lambda:'));
    const functions = Object.values(row.bindings).filter(({ kind }) => kind === 'function');
    expect(invoked).toHaveLength(functions.length);
    expect(functionCatalog.length).toBeGreaterThan(functions.length);
  });

  it('is started through an alias that follows its newest version', () => {
    const revision = `${machine().stack}/${machine().id}.StateMachineRevisionId`;
    const version = ofType('AWS::StepFunctions::StateMachineVersion').find(
      ({ properties }) => properties['StateMachineRevisionId'] === revision,
    );
    const alias = ofType('AWS::StepFunctions::StateMachineAlias').find(({ properties }) =>
      JSON.stringify(properties).includes(`"${version?.stack}/${version?.id}"`),
    );
    expect(alias?.properties).toMatchObject({
      Name: 'live',
      RoutingConfiguration: [{ StateMachineVersionArn: `${version?.stack}/${version?.id}`, Weight: 100 }],
    });
    // An execution that is under way must find the version that it began with.
    expect(version?.updateReplacePolicy).toBe('Retain');
  });

  it('is a standard machine that traces and logs what it does, without the data of executions', () => {
    expect(machine().properties).toMatchObject({
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
  });
});

it.each([
  ['DEPLOYMENT_MACHINE', 'deployment'],
  ['ROLLBACK_MACHINE', 'rollback'],
])('the starter names in %s the same machine and alias that the stack makes', (variable, machine) => {
  const starter = ofType('AWS::Lambda::Function').find(
    ({ properties }) => properties['FunctionName'] === 'deployment-service-on-deployment-queued',
  );
  expect(starter?.properties).toHaveProperty(
    `Environment.Variables.${variable}`,
    `arn:aws:states:eu-west-1:000000000000:stateMachine:deployment-service-${machine}:live`,
  );
});
