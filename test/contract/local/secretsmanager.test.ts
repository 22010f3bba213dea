import * as sm from '@aws-sdk/client-secrets-manager';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway, type Gateway } from '#local/gateway/gateway.ts';
import { openSealer } from '#local/sealer.ts';
import { createSecretsManager, type SecretsManager } from '#local/services/secretsmanager/create-secrets-manager.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';
import { overSocket } from './over-socket.ts';
import { formsOf, storedBytes } from './stored-bytes.ts';

const DAY_MS = 86_400_000;
let directory: string;
let clock: VirtualClock;
let gateway: Gateway;
let service: SecretsManager;
let client: sm.SecretsManagerClient;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'secrets-'));
  clock = virtualClock();
  start();
});
afterEach(() => rmSync(directory, { recursive: true }));

function start(): void {
  const store = openStore(join(directory, 'state.sqlite'));
  service = createSecretsManager({ store, clock, sealer: openSealer(join(directory, 'seal.key')) });
  gateway = createGateway([service]);
  client = new sm.SecretsManagerClient(against(gateway));
}

const create = (Name: string, SecretString: string, more: Partial<sm.CreateSecretCommandInput> = {}) =>
  client.send(new sm.CreateSecretCommand({ Name, SecretString, ...more }));
const put = (SecretId: string, SecretString: string, more: Partial<sm.PutSecretValueCommandInput> = {}) =>
  client.send(new sm.PutSecretValueCommand({ SecretId, SecretString, ...more }));
const get = (SecretId: string, more: Partial<sm.GetSecretValueCommandInput> = {}) =>
  client.send(new sm.GetSecretValueCommand({ SecretId, ...more }));
const named = (name: string) => ({ name });

describe('a value', () => {
  it('is read by name, ARN and ARN without suffix, in process and over a socket', async () => {
    const { ARN = '', VersionId } = await create('shop/db', 'hunter22');
    expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop\/db-[A-Za-z0-9]{6}$/);
    const remote = new sm.SecretsManagerClient(await overSocket(gateway));
    for (const SecretId of ['shop/db', ARN, ARN.slice(0, -7)]) {
      for (const each of [client, remote]) {
        expect(await each.send(new sm.GetSecretValueCommand({ SecretId }))).toMatchObject({
          ARN,
          Name: 'shop/db',
          VersionId,
          VersionStages: ['AWSCURRENT'],
          SecretString: 'hunter22',
          CreatedDate: new Date(Date.UTC(2026, 0, 1)),
        });
      }
    }
  });

  it('is bytes as well as text', async () => {
    const SecretBinary = new Uint8Array([0, 255, 128, 10]);
    await client.send(new sm.CreateSecretCommand({ Name: 'key', SecretBinary }));
    const { SecretBinary: read, SecretString } = await get('key');
    expect(read).toEqual(SecretBinary);
    expect(SecretString).toBeUndefined();
  });

  it('has stages: the one before stays as AWSPREVIOUS, the one before that is deprecated', async () => {
    const first = await create('s', 'one');
    const second = await put('s', 'two');
    const third = await put('s', 'three');
    const read = async (VersionStage: string) => (await get('s', { VersionStage })).SecretString;
    expect([await read('AWSCURRENT'), await read('AWSPREVIOUS')]).toEqual(['three', 'two']);
    expect((await get('s', { VersionId: first.VersionId })).SecretString).toBe('one');
    const { VersionIdsToStages } = await client.send(new sm.DescribeSecretCommand({ SecretId: 's' }));
    expect(VersionIdsToStages).toEqual({
      [second.VersionId ?? '']: ['AWSPREVIOUS'],
      [third.VersionId ?? '']: ['AWSCURRENT'],
    });
    const ids = async (IncludeDeprecated: boolean) =>
      (await client.send(new sm.ListSecretVersionIdsCommand({ SecretId: 's', IncludeDeprecated }))).Versions?.map(
        ({ VersionId }) => VersionId,
      );
    expect(await ids(true)).toEqual([third.VersionId, second.VersionId, first.VersionId]);
    expect(await ids(false)).toEqual([third.VersionId, second.VersionId]);
  });

  it('can wait under a stage of its own without becoming the current one', async () => {
    await create('s', 'one');
    await put('s', 'next', { VersionStages: ['AWSPENDING'] });
    expect((await get('s')).SecretString).toBe('one');
    expect((await get('s', { VersionStage: 'AWSPENDING' })).SecretString).toBe('next');
  });

  it('is stored once for each token, and a token keeps its value', async () => {
    const ClientRequestToken = 'a'.repeat(32);
    await create('s', 'one', { ClientRequestToken });
    expect((await create('s', 'one', { ClientRequestToken })).VersionId).toBe(ClientRequestToken);
    await put('s', 'one', { ClientRequestToken });
    expect((await client.send(new sm.ListSecretVersionIdsCommand({ SecretId: 's' }))).Versions).toHaveLength(1);
    await expect(put('s', 'two', { ClientRequestToken })).rejects.toMatchObject(named('ResourceExistsException'));
    await expect(create('s', 'one')).rejects.toMatchObject(named('ResourceExistsException'));
  });

  it('of a version and a stage that do not belong together is refused, and so is one that never was', async () => {
    const { VersionId } = await create('s', 'one');
    await put('s', 'two');
    const mixed = get('s', { VersionId, VersionStage: 'AWSCURRENT' });
    await expect(mixed).rejects.toMatchObject(named('InvalidRequestException'));
    await expect(get('s', { VersionStage: 'AWSPENDING' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    });
    await expect(get('none')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    });
  });

  it('is pruned when more than 100 versions pile up', async () => {
    const { VersionId } = await create('s', 'first');
    for (let index = 0; index < 100; index++) await put('s', `value ${index}`);
    const { Versions } = await client.send(
      new sm.ListSecretVersionIdsCommand({ SecretId: 's', IncludeDeprecated: true }),
    );
    expect(Versions).toHaveLength(100);
    await expect(get('s', { VersionId })).rejects.toMatchObject(named('ResourceNotFoundException'));
    expect((await get('s')).SecretString).toBe('value 99');
  });
});

describe('at rest', () => {
  const plain = 'p@ss/word+with=every&kind of character, long enough to be found';

  it('no form of a value is in the files of the store, whatever was done with it', async () => {
    await create('shop/db', plain, { Description: 'the mark that must be found' });
    await put('shop/db', `${plain} twice`);
    await get('shop/db');
    await client.send(new sm.UpdateSecretCommand({ SecretId: 'shop/db', SecretString: plain }));
    await client.send(new sm.CreateSecretCommand({ Name: 'bytes', SecretBinary: Buffer.from(plain) }));
    await client.send(new sm.DeleteSecretCommand({ SecretId: 'bytes', ForceDeleteWithoutRecovery: true }));
    service.resolveReference('shop/db');
    const bytes = storedBytes(directory);
    expect(bytes.includes('the mark that must be found')).toBe(true);
    for (const form of formsOf(plain)) expect(bytes.includes(form), form).toBe(false);
  });

  it('the key lies in a file of its owner alone, and values open after a restart', async () => {
    await create('s', plain);
    expect(statSync(join(directory, 'seal.key')).mode & 0o777).toBe(0o600);
    start();
    expect((await get('s')).SecretString).toBe(plain);
  });

  it('a key file that holds no key stops the host instead of being replaced', () => {
    chmodSync(join(directory, 'seal.key'), 0o600);
    writeFileSync(join(directory, 'seal.key'), 'short');
    expect(start).toThrow(/seal\.key holds no key/);
  });
});

describe('deletion', () => {
  const remove = (SecretId: string, more: Partial<sm.DeleteSecretCommandInput> = {}) =>
    client.send(new sm.DeleteSecretCommand({ SecretId, ...more }));

  it('waits for its window, in which the value is closed and the secret can come back', async () => {
    await create('s', 'one');
    const { DeletionDate } = await remove('s', { RecoveryWindowInDays: 7 });
    expect(DeletionDate).toEqual(new Date(clock.now() + 7 * DAY_MS));
    await expect(get('s')).rejects.toMatchObject(named('InvalidRequestException'));
    await expect(create('s', 'again')).rejects.toMatchObject(named('InvalidRequestException'));
    expect((await client.send(new sm.ListSecretsCommand({}))).SecretList).toEqual([]);
    await client.send(new sm.RestoreSecretCommand({ SecretId: 's' }));
    expect((await get('s')).SecretString).toBe('one');
  });

  it('is final when the window is over, and the next secret of the name is another', async () => {
    const { ARN = '' } = await create('s', 'one');
    await remove('s', { RecoveryWindowInDays: 7 });
    await clock.advance(7 * DAY_MS);
    await expect(get('s')).rejects.toMatchObject(named('ResourceNotFoundException'));
    const again = await create('s', 'two');
    expect(again.ARN).not.toBe(ARN);
    expect((await get('s')).SecretString).toBe('two');
  });

  it('by force is final at once, also of what is not there', async () => {
    await create('s', 'one');
    await remove('s', { ForceDeleteWithoutRecovery: true });
    await expect(get('s')).rejects.toMatchObject(named('ResourceNotFoundException'));
    await remove('s', { ForceDeleteWithoutRecovery: true });
    const both = remove('s', { ForceDeleteWithoutRecovery: true, RecoveryWindowInDays: 7 });
    await expect(both).rejects.toMatchObject(named('InvalidParameterException'));
  });
});

describe('listing', () => {
  it('filters, sorts and pages', async () => {
    for (const name of ['shop/a', 'shop/b', 'other/c']) {
      await create(name, 'x', { Tags: [{ Key: 'team', Value: name[0] }] });
      await clock.advance(1000);
    }
    const names = async (input: sm.ListSecretsCommandInput) =>
      (await client.send(new sm.ListSecretsCommand(input))).SecretList?.map(({ Name }) => Name);
    expect(await names({})).toEqual(['other/c', 'shop/b', 'shop/a']);
    expect(await names({ Filters: [{ Key: 'name', Values: ['shop/'] }], SortOrder: 'asc' })).toEqual([
      'shop/a',
      'shop/b',
    ]);
    expect(await names({ Filters: [{ Key: 'tag-value', Values: ['!s'] }] })).toEqual(['other/c']);
    const pages = [];
    for await (const page of sm.paginateListSecrets({ client, pageSize: 2 }, {})) {
      pages.push(page.SecretList?.map(({ Name }) => Name));
    }
    expect(pages).toEqual([['other/c', 'shop/b'], ['shop/a']]);
  });

  it('shows tags as they were last set, and the day of the last read', async () => {
    await create('s', 'x', { Tags: [{ Key: 'team', Value: 'a' }] });
    const tag = (Key: string, Value: string) =>
      client.send(new sm.TagResourceCommand({ SecretId: 's', Tags: [{ Key, Value }] }));
    await tag('team', 'b');
    await tag('stage', 'live');
    await client.send(new sm.UntagResourceCommand({ SecretId: 's', TagKeys: ['stage'] }));
    await clock.advance(DAY_MS * 1.5);
    await get('s');
    expect(await client.send(new sm.DescribeSecretCommand({ SecretId: 's' }))).toMatchObject({
      Tags: [{ Key: 'team', Value: 'b' }],
      LastAccessedDate: new Date(Date.UTC(2026, 0, 2)),
    });
  });
});

describe('a reference of a build or a task', () => {
  it('means the whole value, a key of it, and another stage or version', async () => {
    const { ARN = '', VersionId = '' } = await create('shop/db', '{"user":"old","port":5432}');
    await put('shop/db', '{"user":"new","port":5433}');
    const resolve = (reference: string) => service.resolveReference(reference);
    expect(resolve('shop/db')).toBe('{"user":"new","port":5433}');
    expect(resolve(ARN)).toBe('{"user":"new","port":5433}');
    expect(resolve('shop/db:user')).toBe('new');
    expect(resolve(`${ARN}:port`)).toBe('5433');
    expect(resolve(`${ARN.slice(0, -7)}:user:AWSPREVIOUS`)).toBe('old');
    expect(resolve(`shop/db:user::${VersionId}`)).toBe('old');
    expect(resolve(`${ARN}:user::`)).toBe('new');
  });

  it('to what is not there is refused without a value in the message', async () => {
    await create('json', '{"user":"hidden-value"}');
    await create('text', 'hidden-value');
    const refusal = (reference: string): string => {
      try {
        return service.resolveReference(reference);
      } catch (error) {
        return String(error);
      }
    };
    expect(refusal('none:user')).toContain("can't find the specified secret.");
    expect(refusal('json:password')).toContain('JSON key: password of json');
    expect(refusal('json:toString')).toContain('JSON key: toString of json');
    expect(refusal('text:user')).toContain('not JSON');
    expect(refusal('json:user:AWSPENDING')).toContain('staging label: AWSPENDING');
    expect(refusal('json:a:b:c:d')).toContain('more parts');
    for (const reference of ['json:password', 'text:user']) expect(refusal(reference)).not.toContain('hidden-value');
  });
});

describe('what this service does not do', () => {
  it('is refused by name, in the shape of the service', async () => {
    const rotate = client.send(new sm.RotateSecretCommand({ SecretId: 's' }));
    await expect(rotate).rejects.toMatchObject(named('UnknownOperationException'));
    await expect(create('s', 'x', { AddReplicaRegions: [{ Region: 'eu-west-2' }] })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('AddReplicaRegions') as string,
    });
    await expect(create('a b', 'x')).rejects.toMatchObject(named('ValidationException'));
    await expect(create('s', 'x'.repeat(65_537))).rejects.toMatchObject(named('InvalidParameterException'));
  });
});
