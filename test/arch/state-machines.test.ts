import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { assertSupported, UnsupportedDefinition } from '#local/asl/assert-supported.ts';
import {
  bindDefinition,
  machineCatalog,
  mostQueuedMinutes,
  projectCatalog,
  type Binding,
} from '#state-machines/catalog.ts';
import { validateAslText } from '#test/support/validate-asl.ts';

const state = z.looseObject({
  Type: z.string(),
  Resource: z.string().optional(),
  TimeoutSeconds: z.unknown().optional(),
  Arguments: z.looseObject({ ProjectName: z.string().optional() }).optional(),
  Retry: z.array(z.unknown()).optional(),
  Catch: z.array(z.looseObject({ Next: z.string() })).optional(),
  get Branches() {
    return z.array(scope).optional();
  },
  get ItemProcessor() {
    return scope.optional();
  },
});
const scope = z.looseObject({ States: z.record(z.string(), state) });
type State = z.output<typeof state>;
type Scope = z.output<typeof scope>;

/** A call that was throttled, or whose function was lost: tried three times more, after 2, 6 and 18 seconds at most. */
const transientRetry = {
  ErrorEquals: [
    'transient_fault',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
    'Lambda.Unknown',
    'Runtime.ExitError',
    'Sandbox.Timedout',
  ],
  IntervalSeconds: 2,
  BackoffRate: 3,
  MaxAttempts: 3,
  MaxDelaySeconds: 20,
  JitterStrategy: 'FULL',
};

/** The same for a build that did not begin. A build that began and failed is for its own state to look into. */
const buildRetry = {
  ...transientRetry,
  ErrorEquals: [
    'CodeBuild.ThrottlingException',
    'CodeBuild.SdkClientException',
    'CodeBuild.AWSCodeBuildException',
    'CodeBuild.InternalFailureException',
    'CodeBuild.ServiceUnavailableException',
  ],
};

/** The same for a machine that did not begin. */
const executionRetry = {
  ...transientRetry,
  ErrorEquals: ['StepFunctions.ThrottlingException', 'StepFunctions.SdkClientException'],
};

/** The account runs as many builds as it may: worth minutes of waiting, for other builds have to end first. */
const limitRetry = {
  ErrorEquals: ['CodeBuild.AccountLimitExceededException'],
  IntervalSeconds: 30,
  BackoffRate: 1,
  MaxAttempts: 40,
  JitterStrategy: 'FULL',
};

const startBuild = 'arn:aws:states:::codebuild:startBuild.sync';
const startExecution = 'arn:aws:states:::states:startExecution.sync:2';
const retriesOf: Readonly<Record<string, readonly unknown[]>> = {
  'arn:aws:states:::lambda:invoke': [transientRetry],
  'arn:aws:states:::lambda:invoke.waitForTaskToken': [transientRetry],
  [startExecution]: [executionRetry],
  [startBuild]: [buildRetry, limitRetry],
};

const machines = machineCatalog.map(({ name, file, bindings }) => {
  const text = readFileSync(new URL(`../../state-machines/${file}`, import.meta.url), 'utf8');
  const values = Object.fromEntries(Object.keys(bindings).map((placeholder) => [placeholder, `the-${placeholder}`]));
  const bound: Readonly<Record<string, Binding>> = bindings;
  return { name, text, values, bindings: bound };
});

describe.each(machines)('the machine $name', ({ text, values, bindings }) => {
  const definition = (): Scope => scope.parse(JSON.parse(bindDefinition(text, values)));
  const all = statesIn(scope.parse(JSON.parse(text)));
  const tasks = all.filter(([, { Type }]) => Type === 'Task');

  it('is one that the local interpreter runs as written', () => {
    expect(() => assertSupported(definition())).not.toThrow();
  });

  it('would be refused by it with anything else in it', () => {
    // One that waits for its token may have a heartbeat.
    const [name = ''] = tasks.find(([, { Resource = '' }]) => !Resource.endsWith('.waitForTaskToken')) ?? [];
    const { States } = definition();
    const heartbeat = { States: { ...States, [name]: { ...States[name], HeartbeatSeconds: 5 } } };
    const ItemProcessor = { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } };
    const tolerant = { Type: 'Map', ItemProcessor, ToleratedFailureCount: 1, End: true };
    const map = { States: { ...States, Each: tolerant } };
    for (const change of [heartbeat, map]) {
      expect(() => assertSupported({ ...definition(), ...change })).toThrow(UnsupportedDefinition);
    }
  });

  it('pleases both public validators', async () => {
    expect(await validateAslText(bindDefinition(text, values))).toEqual([]);
  });

  it('has a binding for every placeholder and a placeholder for every binding', () => {
    expect(bindDefinition(text, values)).not.toContain('${');
    for (const placeholder of Object.keys(values)) {
      const { [placeholder]: _, ...others } = values;
      expect(() => bindDefinition(text, others)).toThrow(`\${${placeholder}}`);
    }
    expect(() => bindDefinition(text, { ...values, Spare: 'x' })).toThrow('Spare');
  });

  it('ends every task in a set time, and itself too', () => {
    expect(JSON.parse(text)).toMatchObject({ TimeoutSeconds: expect.any(Number) as number });
    for (const [name, { TimeoutSeconds }] of tasks) expect(TimeoutSeconds, name).toBeGreaterThan(0);
  });

  it('repeats each task in the shapes that its service has', () => {
    for (const [name, { Resource = '', Retry }] of tasks) expect(Retry, name).toEqual(retriesOf[Resource]);
  });

  it('waits for a build as long as it may queue and run', () => {
    for (const [name, { Resource, TimeoutSeconds, Arguments }] of tasks) {
      if (Resource !== startBuild) continue;
      const placeholder = /^\$\{(\w+)\}$/.exec(Arguments?.ProjectName ?? '')?.[1] ?? '';
      const binding = bindings[placeholder];
      const project = projectCatalog.find((row) => binding?.kind === 'project' && row.name === binding.name);
      expect(TimeoutSeconds, name).toBeGreaterThan(((project?.timeoutMinutes ?? Infinity) + mostQueuedMinutes) * 60);
    }
  });

  it('waits for a machine that it starts as long as that may take', () => {
    for (const [name, { Resource, TimeoutSeconds, Arguments }] of tasks) {
      if (Resource !== startExecution) continue;
      const placeholder = /^\$\{(\w+)\}$/.exec(String(Arguments?.['StateMachineArn']))?.[1] ?? '';
      const binding = bindings[placeholder];
      const child = machines.find((each) => binding?.kind === 'machine' && each.name === binding.name);
      const { TimeoutSeconds: longest } = z
        .object({ TimeoutSeconds: z.number() })
        .parse(JSON.parse(child?.text ?? '{}'));
      expect(TimeoutSeconds, name).toBeGreaterThan(longest);
    }
  });

  it('lets no Catch lead straight to a Fail state: a redrive would come back to it', () => {
    const failing = new Set(all.flatMap(([name, { Type }]) => (Type === 'Fail' ? [name] : [])));
    for (const [name, { Catch = [] }] of all) {
      expect(
        Catch.filter(({ Next }) => failing.has(Next)),
        name,
      ).toEqual([]);
    }
  });
});

it('no two states of all machines have the same name', () => {
  const names = machines.flatMap(({ text }) => statesIn(scope.parse(JSON.parse(text))).map(([name]) => name));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

function statesIn({ States }: Scope): [string, State][] {
  return Object.entries(States).flatMap(([name, each]): [string, State][] => [
    [name, each],
    ...[...(each.Branches ?? []), ...(each.ItemProcessor ? [each.ItemProcessor] : [])].flatMap(statesIn),
  ]);
}
