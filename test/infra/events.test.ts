import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { functionCatalog, nameOf, type FunctionRow } from '#functions/catalog.ts';
import { statementsIn } from './policies.ts';
import { arnOf, ofType, type Resource } from './synthesized.ts';

const target = z.object({ Arn: z.string(), DeadLetterConfig: z.object({ Arn: z.string() }) });

function ruleFor(row: FunctionRow): Resource {
  const lambda = ofType('AWS::Lambda::Function').find(
    ({ properties }) => properties['FunctionName'] === `deployment-service-${nameOf(row)}`,
  );
  const rules = ofType('AWS::Events::Rule').filter(({ properties }) =>
    z
      .array(target)
      .parse(properties['Targets'])
      .some(({ Arn }) => lambda && Arn === arnOf(lambda)),
  );
  expect(rules).toHaveLength(1);
  return rules[0] as Resource;
}

const byRule = functionCatalog.filter(({ trigger }) => trigger.kind === 'event' || trigger.kind === 'schedule');

describe.each(byRule.map((row) => [nameOf(row), row] as const))('the rule for %s', (_, row) => {
  it('keeps what it cannot deliver', () => {
    const rule = ruleFor(row);
    for (const { DeadLetterConfig } of z.array(target).parse(rule.properties['Targets'])) {
      const queue = ofType('AWS::SQS::Queue').find((each) => arnOf(each) === DeadLetterConfig.Arn);
      expect(queue).toBeDefined();
      const conditions = statementsIn(ofType('AWS::SQS::QueuePolicy'))
        .filter(({ statement }) => statement.Effect === 'Allow' && statement.Resource.includes(DeadLetterConfig.Arn))
        .map(({ statement }) => JSON.stringify(statement.Condition));
      expect(conditions.filter((condition) => condition.includes(arnOf(rule)))).toHaveLength(1);
    }
  });

  it('may invoke its function', () => {
    const sources = ofType('AWS::Lambda::Permission')
      .filter(({ properties }) => properties['Principal'] === 'events.amazonaws.com')
      .map(({ properties }) => properties['SourceArn']);
    expect(sources).toContain(arnOf(ruleFor(row)));
  });
});

function ruleNamed(name: string): Resource {
  const row = functionCatalog.find((each) => nameOf(each) === name);
  if (!row) throw new Error(`The catalog has no ${name}.`);
  return ruleFor(row);
}

it('builds that begin are heard of on the default bus, and those of our projects only', () => {
  const { EventBusName, EventPattern } = ruleNamed('on-build-started').properties;
  expect(EventBusName).toBeUndefined();
  expect(EventPattern).toEqual({
    source: ['aws.codebuild'],
    'detail-type': ['CodeBuild Build State Change'],
    detail: {
      'build-status': ['IN_PROGRESS'],
      'project-name': ['deployment-service-fetch-source', 'deployment-service-build'],
    },
  });
});

it('queued deployments are heard of on the bus of the service', () => {
  const [bus] = ofType('AWS::Events::EventBus');
  expect(bus?.properties['Name']).toBe('deployment-service');
  expect(ruleNamed('on-deployment-queued').properties).toMatchObject({
    EventBusName: `${bus?.stack}/${bus?.id}`,
    EventPattern: { source: ['deployment-service'], 'detail-type': ['deployment.queued'] },
  });
});

it('ended executions are heard of on the default bus, and only those of the machines of deployments and rollbacks', () => {
  const { properties } = ruleNamed('on-execution-status');
  expect(properties).not.toHaveProperty('EventBusName');
  expect(properties['EventPattern']).toEqual({
    source: ['aws.states'],
    'detail-type': ['Step Functions Execution Status Change'],
    detail: {
      status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
      stateMachineArn: [
        'arn:aws:states:eu-west-1:000000000000:stateMachine:deployment-service-deployment',
        'arn:aws:states:eu-west-1:000000000000:stateMachine:deployment-service-rollback',
      ],
    },
  });
});

it('sweeps run every minute', () => {
  expect(ruleNamed('sweep-outbox').properties['ScheduleExpression']).toBe('rate(1 minute)');
});

it('events are archived for ninety days, and the archive outlives its stack', () => {
  const [archive] = ofType('AWS::Events::Archive');
  expect(archive?.properties).toMatchObject({
    RetentionDays: 90,
    EventPattern: { source: ['deployment-service'] },
  });
  expect(archive?.deletionPolicy).toBe('Retain');
});

it('what happens to deployments goes to a topic that anybody may subscribe to, over TLS alone', () => {
  const [topic] = ofType('AWS::SNS::Topic').filter(
    ({ properties }) => properties['TopicName'] === 'deployment-service-announcements',
  );
  const [rule] = ofType('AWS::Events::Rule').filter(
    ({ properties }) => properties['Name'] === 'deployment-service-announcements',
  );
  expect(rule?.properties['EventPattern']).toMatchObject({
    source: ['deployment-service'],
    'detail-type': expect.arrayContaining(['deployment.failed', 'deployment.approval_requested']) as unknown,
  });
  const targets = z.array(z.object({ Arn: z.unknown(), DeadLetterConfig: z.object({ Arn: z.string() }) }));
  expect(targets.parse(rule?.properties['Targets'])).toHaveLength(1);
  const policies = JSON.stringify(ofType('AWS::SNS::TopicPolicy').map(({ properties }) => properties));
  expect(topic).toBeDefined();
  expect(policies).toContain('aws:SecureTransport');
});
