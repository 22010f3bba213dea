import { describe, expect, it } from 'vitest';
import { boundValue } from '#infra/bound-value.ts';
import { grantsOf, type GrantTargets } from '#infra/capabilities.ts';

const place = { partition: 'aws', region: 'eu-west-1', account: '111111111111' };
const resources = { functionArn: () => 'arn:function', bucketName: 'blobs', buildLogGroupName: '/builds' };

describe('a state that starts another machine', () => {
  const { value, grants } = boundValue({ kind: 'machine', name: 'rollback' }, place, resources);

  it('is told the alias of it', () => {
    expect(value).toBe('arn:aws:states:eu-west-1:111111111111:stateMachine:deployment-service-rollback:live');
  });

  it('may start it through that alias only, look after its executions, and keep the one rule that tells of their end', () => {
    expect(grants[0]?.conditions).toEqual({
      'ForAnyValue:StringEquals': { 'states:StateMachineQualifier': ['live'] },
    });
    expect(grants.map(({ actions, resources: on }) => ({ actions, resources: on }))).toEqual([
      {
        actions: ['states:StartExecution'],
        resources: ['arn:aws:states:eu-west-1:111111111111:stateMachine:deployment-service-rollback'],
      },
      {
        actions: ['states:DescribeExecution', 'states:StopExecution'],
        resources: ['arn:aws:states:eu-west-1:111111111111:execution:deployment-service-rollback:*'],
      },
      {
        actions: ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'],
        resources: ['arn:aws:events:eu-west-1:111111111111:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule'],
      },
    ]);
  });
});

it('whoever may wake a state may answer the tokens of the machines that are named, and nothing else', () => {
  const targets: Partial<GrantTargets> = { machines: ['arn:one', 'arn:two'] };
  expect(grantsOf('machines:wake', targets as GrantTargets)).toEqual([
    {
      actions: ['states:SendTaskSuccess'],
      resources: ['arn:one', 'arn:two'],
    },
  ]);
});
