import * as z from 'zod';
import { expect, it } from 'vitest';
import { functionCatalog, functionNameOf } from '#functions/catalog.ts';
import { arnOf, ofType } from './synthesized.ts';

const queues = () => ofType('AWS::SQS::Queue').map(arnOf);

it('every target of every rule has a queue for what cannot be handed over', () => {
  const targets = ofType('AWS::Events::Rule').flatMap(({ id, properties }) =>
    z
      .array(z.object({ DeadLetterConfig: z.object({ Arn: z.string() }).optional() }))
      .parse(properties['Targets'])
      .map((target) => [id, target.DeadLetterConfig?.Arn] as const),
  );
  expect(targets.length).toBeGreaterThan(10);
  expect(targets.filter(([, arn]) => arn === undefined || !queues().includes(arn))).toEqual([]);
});

it('every stream has a queue for the records that were given up', () => {
  const mappings = ofType('AWS::Lambda::EventSourceMapping');
  expect(mappings.length).toBeGreaterThan(0);
  for (const { properties } of mappings) {
    const { DestinationConfig } = z
      .object({ DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }) }) })
      .parse(properties);
    expect(queues()).toContain(DestinationConfig.OnFailure.Destination);
  }
});

it('every function that is run without anybody waiting has a queue for what it failed at', () => {
  const unattended = functionCatalog
    .filter(({ trigger }) => ['event', 'schedule', 'build-logs'].includes(trigger.kind))
    .map((row) => functionNameOf(row));
  const named = new Map(ofType('AWS::Lambda::Function').map((each) => [`${each.stack}/${each.id}`, each.properties]));
  const covered = ofType('AWS::Lambda::EventInvokeConfig').map(({ properties }) => {
    const { FunctionName, DestinationConfig } = z
      .object({
        FunctionName: z.string(),
        DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }) }),
      })
      .parse(properties);
    expect(queues()).toContain(DestinationConfig.OnFailure.Destination);
    return named.get(FunctionName)?.['FunctionName'];
  });
  expect(covered).toHaveLength(unattended.length);
  expect(new Set(covered)).toEqual(new Set(unattended));
});

it('there is no other way in that would need a queue', () => {
  for (const type of ['AWS::SNS::Subscription', 'AWS::Scheduler::Schedule', 'AWS::Pipes::Pipe']) {
    expect(ofType(type), type).toEqual([]);
  }
});

it('dead letters wait for two weeks, encrypted', () => {
  for (const { properties } of ofType('AWS::SQS::Queue')) {
    expect(properties).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 3600, SqsManagedSseEnabled: true });
  }
});
