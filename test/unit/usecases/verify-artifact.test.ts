import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KmsSigner } from '#adapters/kms/signer.ts';
import type { Artifact, Deployment } from '#domain/deployment/deployment.ts';
import type { Signer } from '#ports/signer.ts';
import { givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';
import { signArtifact } from '#usecases/sign-artifact.ts';
import { verifyArtifact } from '#usecases/verify-artifact.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const text = 'PK the bytes of a package';

/** An artifact as the step `sign` leaves it, with its deployment's service. */
async function aSignedArtifact(options: { bytes?: string; signer?: Signer; service?: string; tree?: string } = {}) {
  const { deps } = account;
  const given = givenDeployments(account, options.service);
  const tree = options.tree ?? 't'.repeat(40);
  const admitted = await given.admitted({ environment: `e-${tree.slice(0, 8)}` });
  const identity = deps.digest(tree);
  const source = { tree, subject: 's', author: 'a', key: 'k' };
  await given.commit({
    before: admitted,
    after: { ...admitted, source, identity, rev: admitted.rev + 1 },
    writes: [],
    events: [],
  });
  const bytes = Buffer.from(options.bytes ?? text);
  const digest = deps.digest(bytes);
  const key = `uploads/${admitted.id}/1/${digest}.zip`;
  await deps.blobs.put(key, bytes);
  const task = {
    deploymentId: admitted.id,
    run: 1,
    artifactKey: key,
    artifactDigest: digest,
    artifactSize: bytes.length,
  };
  const { blobs, clock, deployments, digest: digestOf, images, settings } = deps;
  const signer = options.signer ?? deps.signer;
  await signArtifact({ blobs, clock, deployments, digest: digestOf, images, settings, signer }, task);
  const { artifact } = (await deps.deployments.find(admitted.id)) ?? {};
  if (!artifact) throw new Error('The artifact is not on record.');
  return { deployment: { service: given.service, source, identity }, artifact };
}

type Wanted = Pick<Deployment, 'service' | 'source' | 'identity'>;
const verify = (wanted: Wanted, artifact: Artifact) => verifyArtifact(account.deps, wanted, artifact);
const refused = (reason: string | RegExp) => ({
  code: 'artifact_verification_failed',
  message: expect.stringMatching(reason) as string,
});

/** Changes the stored signature of an artifact. */
async function tamper({ signatureKey }: Artifact, change: (signed: Record<string, unknown>) => unknown): Promise<void> {
  const bytes = await account.deps.blobs.get(signatureKey);
  const signed = JSON.parse(Buffer.from(bytes ?? []).toString('utf8')) as Record<string, unknown>;
  await account.deps.blobs.put(signatureKey, JSON.stringify(change(signed)));
}

describe('an artifact', () => {
  test('as it was signed may be released', async () => {
    const { deployment, artifact } = await aSignedArtifact();
    await expect(verify(deployment, artifact)).resolves.toBeUndefined();
  });

  test('of which any one byte was changed must not', async () => {
    const { deployment, artifact } = await aSignedArtifact();
    for (const place of [0, 7, text.length - 1]) {
      const bytes = Buffer.from(text);
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      await account.deps.blobs.put(artifact.key, bytes);
      await expect(verify(deployment, artifact)).rejects.toMatchObject(refused('changed after it was signed'));
    }
    await account.deps.blobs.put(artifact.key, `${text} `);
    await expect(verify(deployment, artifact)).rejects.toMatchObject(refused('changed after it was signed'));
  });

  test('whose record was changed along with its bytes must not', async () => {
    const { deployment, artifact } = await aSignedArtifact();
    await account.deps.blobs.put(artifact.key, 'other bytes');
    const digest = account.deps.digest('other bytes');
    await expect(verify(deployment, { ...artifact, digest })).rejects.toMatchObject(refused('another artifact'));
  });

  test('whose statement was rewritten must not', async () => {
    const { deployment, artifact } = await aSignedArtifact();
    await account.deps.blobs.put(artifact.key, 'other bytes');
    const digest = account.deps.digest('other bytes');
    await tamper(artifact, ({ statement, signature }) => ({
      statement: String(statement).replace(artifact.digest, digest),
      signature,
    }));
    await expect(verify(deployment, { ...artifact, digest })).rejects.toMatchObject(refused('not made by the key'));
  });

  test('signed by a foreign key must not, also under the name of ours', async () => {
    const client = new KMSClient(account.client);
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    );
    const signer = new KmsSigner(client, KeyMetadata?.KeyId ?? '');
    const { deployment, artifact } = await aSignedArtifact({ signer });
    await expect(verify(deployment, artifact)).rejects.toMatchObject(refused('not made by the key'));
    const { keyId } = await account.deps.signer.sign('x');
    await tamper(artifact, ({ statement, signature }) => ({
      statement,
      signature: { ...(signature as object), keyId },
    }));
    await expect(verify(deployment, artifact)).rejects.toMatchObject(refused('not made by the key'));
  });

  test('of another service must not, though our key signed it', async () => {
    const { deployment, artifact } = await aSignedArtifact();
    const other = { ...deployment, service: uniqueService() };
    const reason = `built for service "${deployment.service}"`;
    await expect(verify(other, artifact)).rejects.toMatchObject(refused(reason));
  });

  test('with the signature of another artifact of the service must not', async () => {
    const one = await aSignedArtifact();
    const two = await aSignedArtifact({ bytes: 'other bytes' });
    const swapped = { ...one.artifact, signatureKey: two.artifact.signatureKey };
    await expect(verify(one.deployment, swapped)).rejects.toMatchObject(refused('another artifact'));
  });

  test('with the statement of other content must not, though the bytes are equal', async () => {
    const one = await aSignedArtifact();
    const { service } = one.deployment;
    const two = await aSignedArtifact({ service, tree: 'u'.repeat(40) });
    expect(two.artifact.key).toBe(one.artifact.key);
    const swapped = { ...one.artifact, signatureKey: two.artifact.signatureKey };
    await expect(verify(one.deployment, swapped)).rejects.toMatchObject(refused('built from other content'));
    const { identity } = two.deployment;
    await expect(verify({ ...one.deployment, identity }, one.artifact)).rejects.toMatchObject(refused('other content'));
  });

  test('keeps its statement when other content builds the same bytes', async () => {
    const one = await aSignedArtifact();
    await aSignedArtifact({ service: one.deployment.service, tree: 'u'.repeat(40) });
    await expect(verify(one.deployment, one.artifact)).resolves.toBeUndefined();
  });

  test('whose bytes or whose signature are gone must not', async () => {
    const { deployment, artifact } = await aSignedArtifact();
    await expect(verify(deployment, { ...artifact, key: 'artifacts/none' })).rejects.toMatchObject(
      refused('bytes are gone'),
    );
    const unsigned = { ...artifact, signatureKey: 'artifacts/none' };
    await expect(verify(deployment, unsigned)).rejects.toMatchObject(refused('signature is gone'));
  });

  test.each(['', 'not json', '{}', '{"statement":"{}","signature":{"keyId":"k","value":"v"}}', 'null'])(
    'whose signature reads %j must not',
    async (written) => {
      const { deployment, artifact } = await aSignedArtifact();
      await account.deps.blobs.put(artifact.signatureKey, Buffer.from(written));
      await expect(verify(deployment, artifact)).rejects.toMatchObject(refused(/cannot be read/));
    },
  );
});
