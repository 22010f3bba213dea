import {
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ListStateMachineVersionsCommand,
  paginateListStateMachines,
  PublishStateMachineVersionCommand,
  StartExecutionCommand,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { asl, ROLE, statesUnderTest, waiting } from './states-under-test.ts';

const ARN = 'arn:aws:states:eu-west-1:000000000000:stateMachine:deploy';
const first = waiting(10);
const second = waiting(20);
const create = (more: object = {}) =>
  new CreateStateMachineCommand({ name: 'deploy', definition: first, roleArn: ROLE, ...more });

describe('state machines of the local Step Functions', () => {
  it('are created once, and again only with the same settings', async () => {
    const { client } = statesUnderTest();
    const created = await client.send(create());
    expect(created).toMatchObject({ stateMachineArn: ARN, creationDate: new Date(Date.UTC(2026, 0, 1)) });
    expect((await client.send(create())).stateMachineArn).toBe(ARN);
    await expect(client.send(create({ definition: second }))).rejects.toMatchObject({
      name: 'StateMachineAlreadyExists',
    });
  });

  it('are described as they were created, with a revision id only after an update', async () => {
    const { client, clock } = statesUnderTest();
    await client.send(create());
    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn: ARN }));
    expect(described).toMatchObject({
      name: 'deploy',
      status: 'ACTIVE',
      type: 'STANDARD',
      definition: first,
      roleArn: ROLE,
    });
    expect(described.revisionId).toBeUndefined();

    await clock.advance(5000);
    const updated = await client.send(new UpdateStateMachineCommand({ stateMachineArn: ARN, definition: second }));
    expect(updated.updateDate).toEqual(new Date(Date.UTC(2026, 0, 1, 0, 0, 5)));
    const after = await client.send(new DescribeStateMachineCommand({ stateMachineArn: ARN }));
    expect(after).toMatchObject({ definition: second, revisionId: updated.revisionId });
    await expect(client.send(new UpdateStateMachineCommand({ stateMachineArn: ARN }))).rejects.toMatchObject({
      name: 'MissingRequiredParameter',
    });
  });

  it('are refused with all faults when the interpreter cannot run them', async () => {
    const { client } = statesUnderTest();
    const definition = asl({
      Hold: { Type: 'Activity', End: true },
      Then: { Type: 'Pass', InputPath: '$', End: true },
    });
    const refusal = client.send(create({ definition }));
    await expect(refusal).rejects.toMatchObject({ name: 'InvalidDefinition' });
    await expect(refusal).rejects.toThrow(/\/States\/Hold\/Type: .*Activity[^]*\/States\/Then\/InputPath: /);
    await expect(client.send(create({ definition: '{' }))).rejects.toMatchObject({ name: 'InvalidDefinition' });

    const verdict = await client.send(new ValidateStateMachineDefinitionCommand({ definition }));
    expect(verdict).toMatchObject({ result: 'FAIL', truncated: false });
    expect(verdict.diagnostics?.map(({ location }) => location)).toEqual([
      '/States/Hold/Type',
      '/States/Then/InputPath',
    ]);
    const fine = await client.send(new ValidateStateMachineDefinitionCommand({ definition: first }));
    expect(fine).toMatchObject({ result: 'OK', diagnostics: [] });
  });

  it.each([
    ['a type other than STANDARD', { type: 'EXPRESS' }, 'ValidationException', /type/],
    ['logging', { loggingConfiguration: { level: 'ALL' } }, 'ValidationException', /loggingConfiguration\.level/],
    ['tracing', { tracingConfiguration: { enabled: true } }, 'ValidationException', /tracingConfiguration\.enabled/],
    ['tags', { tags: [{ key: 'a', value: 'b' }] }, 'ValidationException', /tags/],
    ['a name with a space', { name: 'a b' }, 'InvalidName', /a b/],
    ['a version description without publish', { versionDescription: 'x' }, 'ValidationException', /publish/],
  ])('refuse %s', async (_, members, name, message) => {
    const { client } = statesUnderTest();
    const refusal = client.send(create(members));
    await expect(refusal).rejects.toMatchObject({ name });
    await expect(refusal).rejects.toThrow(message);
  });

  it('are listed page by page in the order of their creation', async () => {
    const { client } = statesUnderTest();
    for (let n = 1; n <= 5; n++) await client.send(create({ name: `m${n}` }));
    const pages = [];
    for await (const page of paginateListStateMachines({ client, pageSize: 2 }, {})) {
      pages.push(page.stateMachines?.map(({ name }) => name));
    }
    expect(pages).toEqual([['m1', 'm2'], ['m3', 'm4'], ['m5']]);
  });

  it('go with their versions when they are deleted, after the last execution has ended', async () => {
    const { client, finish } = statesUnderTest();
    await client.send(create({ publish: true }));
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: ARN }));
    await client.send(new DeleteStateMachineCommand({ stateMachineArn: ARN }));
    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn: ARN }));
    expect(described.status).toBe('DELETING');
    await expect(client.send(new StartExecutionCommand({ stateMachineArn: ARN }))).rejects.toMatchObject({
      name: 'StateMachineDeleting',
    });
    await finish(executionArn);
    await expect(client.send(new DescribeStateMachineCommand({ stateMachineArn: ARN }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    await expect(client.send(new DescribeStateMachineCommand({ stateMachineArn: `${ARN}:1` }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    const ended = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(ended.status).toBe('SUCCEEDED');
    await client.send(new DeleteStateMachineCommand({ stateMachineArn: ARN }));
  });

  it('name what they do not have: ARNs that are none and operations that are missing', async () => {
    const { client } = statesUnderTest();
    await expect(client.send(new DescribeStateMachineCommand({ stateMachineArn: 'deploy' }))).rejects.toMatchObject({
      name: 'InvalidArn',
    });
    await expect(client.send(new DescribeStateMachineCommand({ stateMachineArn: ARN }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
  });
});

describe('versions and aliases of the local Step Functions', () => {
  it('publish each revision once, under numbers that only grow', async () => {
    const { client } = statesUnderTest();
    expect((await client.send(create({ publish: true }))).stateMachineVersionArn).toBe(`${ARN}:1`);
    const publish = (more: object = {}) =>
      client.send(new PublishStateMachineVersionCommand({ stateMachineArn: ARN, ...more }));
    expect((await publish()).stateMachineVersionArn).toBe(`${ARN}:1`);
    const updated = await client.send(
      new UpdateStateMachineCommand({
        stateMachineArn: ARN,
        definition: second,
        publish: true,
        versionDescription: 'slow',
      }),
    );
    expect(updated.stateMachineVersionArn).toBe(`${ARN}:2`);
    await expect(publish({ revisionId: 'INITIAL' })).rejects.toMatchObject({ name: 'ConflictException' });

    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn: `${ARN}:1` }));
    expect(described).toMatchObject({ stateMachineArn: `${ARN}:1`, definition: first });
    const latest = await client.send(new DescribeStateMachineCommand({ stateMachineArn: `${ARN}:2` }));
    expect(latest).toMatchObject({ definition: second, description: 'slow' });
  });

  it('are listed newest first', async () => {
    const { client } = statesUnderTest();
    await client.send(create({ publish: true }));
    for (const seconds of [1, 2]) {
      const update = { stateMachineArn: ARN, definition: waiting(seconds), publish: true };
      await client.send(new UpdateStateMachineCommand(update));
    }
    const list = async (nextToken?: string) => {
      const query = { stateMachineArn: ARN, maxResults: 2, ...(nextToken !== undefined && { nextToken }) };
      const page = await client.send(new ListStateMachineVersionsCommand(query));
      return { arns: page.stateMachineVersions?.map((one) => one.stateMachineVersionArn), next: page.nextToken };
    };
    const newest = await list();
    expect(newest.arns).toEqual([`${ARN}:3`, `${ARN}:2`]);
    expect(await list(newest.next)).toEqual({ arns: [`${ARN}:1`], next: undefined });
  });

  it('start what they name, while the machine has moved on', async () => {
    const { client } = statesUnderTest();
    await client.send(create({ publish: true }));
    await client.send(new UpdateStateMachineCommand({ stateMachineArn: ARN, definition: second, publish: true }));
    const route = (version: number, weight: number) => ({ stateMachineVersionArn: `${ARN}:${version}`, weight });
    const { stateMachineAliasArn } = await client.send(
      new CreateStateMachineAliasCommand({ name: 'live', routingConfiguration: [route(1, 100)] }),
    );
    expect(stateMachineAliasArn).toBe(`${ARN}:live`);

    const runs = async (stateMachineArn: string) => {
      const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
      const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
      const machine = await client.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
      expect(execution.stateMachineArn).toBe(ARN);
      return [machine.definition, execution.stateMachineVersionArn, execution.stateMachineAliasArn];
    };
    expect(await runs(ARN)).toEqual([second, undefined, undefined]);
    expect(await runs(`${ARN}:1`)).toEqual([first, `${ARN}:1`, undefined]);
    expect(await runs(`${ARN}:live`)).toEqual([first, `${ARN}:1`, `${ARN}:live`]);

    await client.send(
      new UpdateStateMachineAliasCommand({ stateMachineAliasArn, routingConfiguration: [route(1, 50), route(2, 50)] }),
    );
    const drawn = [];
    for (let n = 0; n < 20; n++) drawn.push((await runs(`${ARN}:live`))[1]);
    expect(new Set(drawn)).toEqual(new Set([`${ARN}:1`, `${ARN}:2`]));
  });

  it('refuse routes that do not add up, and aliases that are not there', async () => {
    const { client } = statesUnderTest();
    await client.send(create({ publish: true }));
    const alias = (weight: number, version = 1) =>
      client.send(
        new CreateStateMachineAliasCommand({
          name: 'live',
          routingConfiguration: [{ stateMachineVersionArn: `${ARN}:${version}`, weight }],
        }),
      );
    await expect(alias(90)).rejects.toThrow(/add up to 100/);
    await expect(alias(100, 7)).rejects.toMatchObject({ name: 'ResourceNotFound' });
    await alias(100);
    const described = await client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn: `${ARN}:live` }));
    expect(described).toMatchObject({
      name: 'live',
      routingConfiguration: [{ stateMachineVersionArn: `${ARN}:1`, weight: 100 }],
    });
    await expect(
      client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn: `${ARN}:beta` })),
    ).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });
});
