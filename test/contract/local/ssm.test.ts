import * as ssm from '@aws-sdk/client-ssm';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { createGateway, type Gateway } from '#local/gateway/gateway.ts';
import { openSealer } from '#local/sealer.ts';
import { createSsm, type ParameterStoreService } from '#local/services/ssm/create-ssm.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';
import { overSocket } from './over-socket.ts';
import { formsOf, storedBytes } from './stored-bytes.ts';

let directory: string;
let gateway: Gateway;
let service: ParameterStoreService;
let client: ssm.SSMClient;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'parameters-'));
  start();
});
afterEach(() => rmSync(directory, { recursive: true }));

function start(): void {
  const store = openStore(join(directory, 'state.sqlite'));
  service = createSsm({ store, clock: virtualClock(), sealer: openSealer(join(directory, 'seal.key')) });
  gateway = createGateway([service]);
  client = new ssm.SSMClient(against(gateway));
}

const put = (Name: string, Value: string, more: Partial<ssm.PutParameterCommandInput> = {}) =>
  client.send(new ssm.PutParameterCommand({ Name, Value, Type: 'String', ...more }));
const secure = (Name: string, Value: string) => put(Name, Value, { Type: 'SecureString' });
const get = async (Name: string, WithDecryption = true) =>
  (await client.send(new ssm.GetParameterCommand({ Name, WithDecryption }))).Parameter;
const named = (name: string) => ({ name });

describe('a parameter', () => {
  it('is read by name and ARN, with a version if wanted, in process and over a socket', async () => {
    await put('/shop/url', 'one');
    expect(await put('/shop/url', 'two', { Overwrite: true })).toMatchObject({ Version: 2, Tier: 'Standard' });
    const ARN = 'arn:aws:ssm:eu-west-1:000000000000:parameter/shop/url';
    const remote = new ssm.SSMClient(await overSocket(gateway));
    for (const Name of ['/shop/url', ARN]) {
      for (const each of [client, remote]) {
        const { Parameter } = await each.send(new ssm.GetParameterCommand({ Name }));
        expect(Parameter).toEqual({
          Name: '/shop/url',
          Type: 'String',
          Value: 'two',
          Version: 2,
          ARN,
          DataType: 'text',
          LastModifiedDate: new Date(Date.UTC(2026, 0, 1)),
        });
      }
      expect(await get(`${Name}:1`)).toMatchObject({ Value: 'one', Version: 1, Selector: ':1' });
    }
    await put('port', '80');
    expect(await get('arn:aws:ssm:eu-west-1:000000000000:parameter/port')).toMatchObject({ Name: 'port', Value: '80' });
  });

  it('that is absent, or has no such version, is refused', async () => {
    await put('a', '1');
    await expect(get('b')).rejects.toMatchObject(named('ParameterNotFound'));
    await expect(get('a:2')).rejects.toMatchObject(named('ParameterVersionNotFound'));
    await expect(get('a:label')).rejects.toMatchObject(named('ParameterVersionNotFound'));
  });

  it('is overwritten only when that is asked for, and keeps its type', async () => {
    await put('a', '1');
    await expect(put('a', '2')).rejects.toMatchObject(named('ParameterAlreadyExists'));
    const other = put('a', '2', { Overwrite: true, Type: 'SecureString' });
    await expect(other).rejects.toMatchObject(named('HierarchyTypeMismatchException'));
    await client.send(new ssm.PutParameterCommand({ Name: 'a', Value: '2', Overwrite: true }));
    expect(await get('a')).toMatchObject({ Value: '2', Type: 'String' });
  });

  it('has its bounds: 4 KB, 8 KB in the advanced tier, its own pattern, 100 versions', async () => {
    const large = 'x'.repeat(4097);
    await expect(put('a', large)).rejects.toMatchObject(named('ValidationException'));
    expect((await put('a', large, { Tier: 'Intelligent-Tiering' })).Tier).toBe('Advanced');
    await expect(put('b', large + large, { Tier: 'Advanced' })).rejects.toMatchObject(named('ValidationException'));
    await put('digits', '12', { AllowedPattern: '\\d+' });
    const mismatch = put('digits', '12 secret', { AllowedPattern: '\\d+', Overwrite: true });
    await expect(mismatch).rejects.toMatchObject({
      name: 'ParameterPatternMismatchException',
      message: expect.not.stringContaining('secret') as string,
    });
    for (let index = 1; index <= 101; index++) await put('many', String(index), { Overwrite: true });
    expect((await get('many:2'))?.Value).toBe('2');
    await expect(get('many:1')).rejects.toMatchObject(named('ParameterVersionNotFound'));
  });

  it.each(['no/leading', '/a//b', '/a/', 'aws-thing', '/SSM/x', 'a b', `/${'a/'.repeat(15)}b`])(
    'cannot have the name %s',
    async (name) => {
      await expect(put(name, '1')).rejects.toMatchObject(named('ValidationException'));
    },
  );

  it('goes for good when it is deleted', async () => {
    await put('a', '1');
    await put('b', '1');
    await put('c', '1');
    await client.send(new ssm.DeleteParameterCommand({ Name: 'a' }));
    const again = client.send(new ssm.DeleteParameterCommand({ Name: 'a' }));
    await expect(again).rejects.toMatchObject(named('ParameterNotFound'));
    expect(await client.send(new ssm.DeleteParametersCommand({ Names: ['b', 'x'] }))).toMatchObject({
      DeletedParameters: ['b'],
      InvalidParameters: ['x'],
    });
    expect((await put('a', 'new')).Version).toBe(1);
  });
});

describe('a SecureString', () => {
  const plain = 'p@ss/word+with=every&kind of character, long enough to be found';

  it('opens with decryption only', async () => {
    await secure('/shop/password', plain);
    expect((await get('/shop/password'))?.Value).toBe(plain);
    const sealed = (await get('/shop/password', false))?.Value ?? '';
    expect(sealed).not.toBe('');
    for (const form of formsOf(plain)) expect(sealed).not.toContain(form);
  });

  it('is in no form in the files of the store, and opens after a restart', async () => {
    await secure('/shop/password', plain);
    await put('/shop/password', `${plain}!`, { Overwrite: true, Type: 'SecureString', Description: 'the mark' });
    await get('/shop/password');
    const bytes = storedBytes(directory);
    expect(bytes.includes('the mark')).toBe(true);
    for (const form of formsOf(plain)) expect(bytes.includes(form), form).toBe(false);
    start();
    expect((await get('/shop/password:1'))?.Value).toBe(plain);
    expect(service.resolveReference('/shop/password')).toBe(`${plain}!`);
  });
});

describe('several parameters', () => {
  it('are read by name, with those that are not there named', async () => {
    await put('/a/one', '1');
    await secure('/a/two', '2');
    const answer = await client.send(
      new ssm.GetParametersCommand({ Names: ['/a/two', '/a/none', '/a/one:1', '/a/one:9'], WithDecryption: true }),
    );
    expect(answer.Parameters?.map(({ Name, Value }) => `${Name}=${Value}`)).toEqual(['/a/two=2', '/a/one=1']);
    expect(answer.InvalidParameters).toEqual(['/a/none', '/a/one:9']);
  });

  it('are read by path, one level or all, in pages', async () => {
    for (let index = 10; index < 22; index++) await put(`/shop/${index}`, String(index));
    await put('/shop/deep/x', 'x');
    await put('/shopping/y', 'y');
    await put('root', 'r');
    const names = async (Path: string, Recursive: boolean) => {
      const pages: number[] = [];
      const all: (string | undefined)[] = [];
      for await (const page of ssm.paginateGetParametersByPath({ client }, { Path, Recursive })) {
        pages.push(page.Parameters?.length ?? 0);
        all.push(...(page.Parameters ?? []).map(({ Name }) => Name));
      }
      return { pages, all };
    };
    const oneLevel = await names('/shop', false);
    expect(oneLevel.pages).toEqual([10, 2]);
    expect(oneLevel.all).not.toContain('/shop/deep/x');
    expect((await names('/shop/', true)).all).toHaveLength(13);
    expect((await names('/', false)).all).toEqual(['root']);
    expect((await names('/', true)).all).toHaveLength(15);
  });

  it('are described without their values', async () => {
    await put('/a/one', 'plain-value', { Description: 'first' });
    await secure('/a/two', 'hidden-value');
    const describe = async (...ParameterFilters: ssm.ParameterStringFilter[]) =>
      (await client.send(new ssm.DescribeParametersCommand({ ParameterFilters }))).Parameters;
    expect(await describe()).toMatchObject([
      { Name: '/a/one', Type: 'String', Description: 'first', Version: 1 },
      { Name: '/a/two', Type: 'SecureString', KeyId: 'alias/aws/ssm' },
    ]);
    expect(JSON.stringify(await describe())).not.toMatch(/plain-value|hidden-value/);
    const found = async (filter: ssm.ParameterStringFilter) => (await describe(filter))?.map(({ Name }) => Name);
    expect(await found({ Key: 'Name', Option: 'BeginsWith', Values: ['/a/o'] })).toEqual(['/a/one']);
    expect(await found({ Key: 'Type', Values: ['SecureString'] })).toEqual(['/a/two']);
    expect(await found({ Key: 'Path', Values: ['/b'] })).toEqual([]);
    const wrong = describe({ Key: 'Type', Option: 'Contains', Values: ['S'] });
    await expect(wrong).rejects.toMatchObject(named('ValidationException'));
  });
});

describe('what this service does not do', () => {
  it('is refused by name', async () => {
    const tagged = put('a', '1', { Tags: [{ Key: 'k', Value: 'v' }] });
    await expect(tagged).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Tags') as string,
    });
    const label = client.send(new ssm.LabelParameterVersionCommand({ Name: 'a', Labels: ['l'] }));
    await expect(label).rejects.toMatchObject(named('UnknownOperationException'));
  });
});
