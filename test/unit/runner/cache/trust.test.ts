import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { names } from '#local/stack/names.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { cachedBuilds, type CachedBuild } from '#test/support/cached-builds.ts';
import { hearRunner } from '#usecases/hear-runner.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const wanted = (environment: string): CachedBuild => ({
  files: { 'src/a.mjs': 'export {};\n' },
  stages: { bundle: { commands: ['mkdir dist', 'cp src/a.mjs dist/'], inputs: ['src'] } },
  environment,
});
const s3 = () => new S3Client({ ...account.client, forcePathStyle: true });

describe('who takes whose results', () => {
  test.each([
    ['staging', 'production', 'cached'],
    ['production', 'staging', 'cached'],
    ['staging', 'pr-7', 'cached'],
    ['production', 'pr-8', 'cached'],
    ['pr-7', 'pr-7', 'cached'],
    ['pr-7', 'pr-8', 'ran'],
    ['pr-7', 'staging', 'ran'],
    ['pr-7', 'production', 'ran'],
    ['pr-7', 'trusted', 'ran'],
  ])('what %s left, %s has %s', async (writer, reader, word) => {
    const { build } = cachedBuilds(account);
    const first = await build(wanted(writer));
    expect(first.said).toEqual(['bundle ran']);
    const again = await build(wanted(reader));
    expect(again.said).toEqual([`bundle ${word}`]);
  });

  test('no service has what another one left', async () => {
    await cachedBuilds(account).build(wanted('staging'));
    expect((await cachedBuilds(account).build(wanted('staging'))).said).toEqual(['bundle ran']);
  });
});

describe('a hostile build', () => {
  test('leaves nothing for others, whatever it says: its namespace follows from its deployment', async () => {
    const { build, service } = cachedBuilds(account);
    const preview = await build({
      ...wanted('pr-9'),
      onKeep: ({ stages }) => {
        for (const stage of stages) Object.assign(stage, { trust: 'trusted', service: 'other' });
      },
    });
    expect(preview.said).toEqual(['bundle ran']);
    const { Contents = [] } = await s3().send(
      new ListObjectsV2Command({ Bucket: names.blobBucket, Prefix: `cache/${service}/` }),
    );
    expect(Contents.map(({ Key }) => Key?.split('/').slice(0, 4).join('/'))).toEqual([`cache/${service}/pr-9/bundle`]);
    expect((await build(wanted('staging'))).said).toEqual(['bundle ran']);
  });

  test('neither asks nor tells without its token, or in the name of another run', async () => {
    const { build } = cachedBuilds(account);
    const { id } = await build(wanted('staging'));
    const token = await account.deps.seal.seal('stage-mark', `${id}/1`);
    for (const wrong of [
      { deploymentId: id, token: 'guessed', run: 1 },
      { deploymentId: id, token, run: 2 },
    ]) {
      await expect(hearRunner(account.deps, { ...wrong, message: 'find-stages', stages: [] })).rejects.toMatchObject({
        code: 'permission_denied',
      });
      await expect(
        hearRunner(account.deps, { ...wrong, message: 'keep-stages', stages: [], broken: [] }),
      ).rejects.toMatchObject({ code: 'permission_denied' });
    }
  });

  test('of a preview cannot have a trusted result thrown away', async () => {
    const { build } = cachedBuilds(account);
    await build(wanted('staging'));
    let found: { stage: 'bundle'; key: string; sha256: string }[] = [];
    await build({
      ...wanted('pr-10'),
      onFound: (all) => {
        found = all.map(({ key, sha256 }) => ({ stage: 'bundle' as const, key, sha256 }));
        return [];
      },
      onKeep: ({ broken }) => broken.push(...found),
    });
    expect(found).toHaveLength(1);
    expect((await build(wanted('production'))).said).toEqual(['bundle cached']);
  });

  test('cannot put another archive in the place of one that is there', async () => {
    const { build } = cachedBuilds(account);
    const first = await build(wanted('staging'));
    await build({ ...wanted('production'), onFound: () => [] });
    const third = await build(wanted('pr-11'));
    expect(third.said).toEqual(['bundle cached']);
    expect(third.artifact?.digest).toBe(first.artifact?.digest);
  });
});

describe('a result that is no good any more', () => {
  const archivesOf = async (service: string): Promise<readonly string[]> => {
    const { Contents = [] } = await s3().send(
      new ListObjectsV2Command({ Bucket: names.blobBucket, Prefix: `cache/${service}/` }),
    );
    return Contents.map(({ Key = '' }) => Key);
  };

  test.each<[string, (bytes: Buffer) => Buffer | undefined, string]>([
    [
      'changed',
      (bytes) => Buffer.concat([bytes, Buffer.from('x')]),
      'its archive has another digest than was recorded',
    ],
    ['cut off', (bytes) => bytes.subarray(0, 10), 'its archive has another digest than was recorded'],
    ['removed', () => undefined, 'its archive is gone'],
  ])('because its archive was %s, is a miss that is told, and makes room for another', async (_, harm, why) => {
    const { build, blobs, service } = cachedBuilds(account);
    const first = await build(wanted('staging'));
    for (const Key of await archivesOf(service)) {
      const Body = harm(Buffer.from((await blobs.get(Key)) ?? []));
      const where = { Bucket: names.blobBucket, Key };
      if (Body) await s3().send(new PutObjectCommand({ ...where, Body }));
      else await s3().send(new DeleteObjectCommand(where));
    }
    const second = await build(wanted('production'));
    expect(second.said).toEqual(['bundle ran']);
    expect(second.log).toContain(`warning: the cached result of bundle is not used: ${why}`);
    expect(second.artifact?.digest).toBe(first.artifact?.digest);
    expect((await build(wanted('staging'))).said).toEqual(['bundle cached']);
  });

  test('because it is two weeks old, is none', async () => {
    const { build, service } = cachedBuilds(account);
    let key = '';
    await build({ ...wanted('staging'), onKeep: ({ stages }) => (key = stages[0]?.key ?? '') });
    const place = { service, trust: 'trusted', stage: 'bundle', key } as const;
    const after = (days: number) => account.later(days * 24 * 3_600_000).buildCache.find([place]);
    expect(await after(12)).toHaveLength(1);
    expect(await after(14)).toEqual([]);
  });

  test('costs the build nothing but time when nobody answers', async () => {
    const { build } = cachedBuilds(account);
    const lost = () => {
      throw new Error('the function is away');
    };
    const alone = await build({ ...wanted('staging'), onFound: lost });
    expect(alone.said).toEqual(['bundle ran']);
    expect(alone.log).toContain('warning: the build cache is not used: the function is away');
    const untold = await build({ ...wanted('staging'), onKeep: lost });
    expect(untold.failure).toBeUndefined();
    expect(untold.log).toContain('warning: nothing is kept for later builds: the function is away');
  });
});

test('builds of one service that end at the same moment all succeed, and leave one result', async () => {
  const { build } = cachedBuilds(account);
  const environments = Array.from({ length: 8 }, (_, number) => `place-${number}`);
  const many = await Promise.all(
    environments.map((environment) =>
      // Not the same bytes: each says when it ran.
      build({
        ...wanted(environment),
        stages: { bundle: { commands: ['mkdir dist', 'date +%N > dist/when'], inputs: ['src'] } },
      }),
    ),
  );
  expect(many.map(({ failure }) => failure)).toEqual(environments.map(() => undefined));
  expect(many.flatMap(({ log }) => log.match(/warning:.*/g) ?? [])).toEqual([]);
  const later = await Promise.all(
    ['place-x', 'place-y'].map((environment) =>
      build({
        ...wanted(environment),
        stages: { bundle: { commands: ['mkdir dist', 'date +%N > dist/when'], inputs: ['src'] } },
      }),
    ),
  );
  expect(later.map(({ said }) => said)).toEqual([['bundle cached'], ['bundle cached']]);
  expect(later[0]?.artifact?.digest).toBe(later[1]?.artifact?.digest);
  expect(many.map(({ artifact }) => artifact?.digest)).toContain(later[0]?.artifact?.digest);
});
