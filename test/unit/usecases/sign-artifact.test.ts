import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { names } from '#local/stack/names.ts';
import { commitA, givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { signArtifact } from '#usecases/sign-artifact.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** A deployment whose build exported the digest of these bytes. */
async function aBuilt(bytes: string) {
  const { deps } = account;
  const given = givenDeployments(account);
  const admitted = await given.admitted();
  const source = { tree: 't'.repeat(40), subject: 's', author: 'a', key: 'k' };
  const { id } = await given.commit({
    before: admitted,
    after: { ...admitted, source, identity: 'identity', rev: admitted.rev + 1 },
    writes: [],
    events: [],
  });
  const digest = deps.digest(Buffer.from(bytes));
  const stored = `artifacts/${given.service}/${digest}.zip`;
  return {
    id,
    service: given.service,
    upload: `uploads/${id}/1/${digest}.zip`,
    stored,
    text: async () => Buffer.from((await deps.blobs.get(stored)) ?? []).toString(),
    sign: () =>
      signArtifact(deps, {
        deploymentId: id,
        run: 1,
        artifactKey: stored,
        artifactDigest: digest,
        artifactSize: bytes.length,
      }),
  };
}

describe('signing what a build uploaded', () => {
  test('copies the verified bytes to the service, with where they come from', async () => {
    const { id, service, upload, stored, text, sign } = await aBuilt('one');
    await account.deps.blobs.put(upload, 'one');
    await sign();
    expect(await text()).toBe('one');
    expect((await account.deps.deployments.find(id))?.artifact?.key).toBe(stored);
    const s3 = new S3Client({ ...account.client, forcePathStyle: true });
    const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket: names.blobBucket, Key: stored }));
    expect(Metadata).toEqual({ service, commit: commitA, 'deployment-id': id });
  });

  test('overwrites what lies in its place without having the digest', async () => {
    const { upload, stored, text, sign } = await aBuilt('two');
    await account.deps.blobs.put(stored, 'garbage');
    await account.deps.blobs.put(upload, 'two');
    await sign();
    expect(await text()).toBe('two');
  });

  test('leaves the same bytes of an earlier deployment as they are', async () => {
    const { upload, stored, sign } = await aBuilt('three');
    await account.deps.blobs.put(stored, 'three', { 'deployment-id': 'the first' });
    await account.deps.blobs.put(upload, 'three');
    await sign();
    const s3 = new S3Client({ ...account.client, forcePathStyle: true });
    const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket: names.blobBucket, Key: stored }));
    expect(Metadata).toEqual({ 'deployment-id': 'the first' });
  });

  test('takes nothing that this build did not upload, or that has another digest', async () => {
    const { upload, stored, sign } = await aBuilt('four');
    await account.deps.blobs.put(stored, 'four');
    await expect(sign()).rejects.toMatchObject({ code: 'artifact_upload_failed' });
    const other = await aBuilt('five');
    await account.deps.blobs.put(other.upload, 'changed');
    await expect(other.sign()).rejects.toMatchObject({ code: 'artifact_verification_failed' });
    expect(await account.deps.blobs.get(upload)).toBeUndefined();
  });
});
