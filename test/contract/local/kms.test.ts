import * as kms from '@aws-sdk/client-kms';
import * as fc from 'fast-check';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createKms } from '#local/services/kms/kms.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

const start = (path = ':memory:') =>
  new kms.KMSClient(against(createGateway([createKms({ store: openStore(path), clock: virtualClock() })])));
let client: kms.KMSClient;

beforeEach(() => {
  client = start();
});

const signingKey = async (): Promise<string> => {
  const made = await client.send(new kms.CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
  return made.KeyMetadata?.KeyId ?? '';
};
const macKey = async (): Promise<string> => {
  const made = await client.send(new kms.CreateKeyCommand({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }));
  return made.KeyMetadata?.KeyId ?? '';
};
const SigningAlgorithm = 'ECDSA_SHA_256';
const MacAlgorithm = 'HMAC_SHA_256';
const Message = Buffer.from('a manifest');
const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

describe('keys', () => {
  it('are found by id, ARN, alias name and alias ARN', async () => {
    const id = await signingKey();
    await client.send(new kms.CreateAliasCommand({ AliasName: 'alias/artifacts', TargetKeyId: id }));
    const arn = `arn:aws:kms:eu-west-1:000000000000:key/${id}`;
    for (const KeyId of [id, arn, 'alias/artifacts', 'arn:aws:kms:eu-west-1:000000000000:alias/artifacts']) {
      const { KeyMetadata } = await client.send(new kms.DescribeKeyCommand({ KeyId }));
      expect(KeyMetadata).toMatchObject({
        KeyId: id,
        Arn: arn,
        KeySpec: 'ECC_NIST_P256',
        KeyUsage: 'SIGN_VERIFY',
        KeyState: 'Enabled',
        CreationDate: new Date(Date.UTC(2026, 0, 1)),
        SigningAlgorithms: ['ECDSA_SHA_256'],
      });
    }
    const { Aliases } = await client.send(new kms.ListAliasesCommand({ KeyId: id }));
    expect(Aliases).toMatchObject([{ AliasName: 'alias/artifacts', TargetKeyId: id }]);
    expect((await client.send(new kms.ListKeysCommand({}))).Keys).toEqual([{ KeyId: id, KeyArn: arn }]);
  });

  it('are missed under names that nobody gave', async () => {
    for (const KeyId of ['1b3c', 'alias/none', 'arn:aws:kms:eu-west-1:111111111111:key/x']) {
      const call = client.send(new kms.DescribeKeyCommand({ KeyId }));
      await expect(call).rejects.toMatchObject({ name: 'NotFoundException' });
    }
  });

  it('have aliases that are unique and can be taken away', async () => {
    const id = await signingKey();
    const alias = () => client.send(new kms.CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: id }));
    await alias();
    await expect(alias()).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    await client.send(new kms.DeleteAliasCommand({ AliasName: 'alias/a' }));
    const again = client.send(new kms.DeleteAliasCommand({ AliasName: 'alias/a' }));
    await expect(again).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('do nothing while disabled', async () => {
    const KeyId = await signingKey();
    await client.send(new kms.DisableKeyCommand({ KeyId }));
    const sign = () => client.send(new kms.SignCommand({ KeyId, Message, SigningAlgorithm }));
    await expect(sign()).rejects.toMatchObject({ name: 'DisabledException' });
    await client.send(new kms.EnableKeyCommand({ KeyId }));
    expect((await sign()).KeyId).toContain(KeyId);
  });

  it('survive a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kms-'));
    try {
      client = start(join(directory, 'host.sqlite'));
      const KeyId = await signingKey();
      const { Signature } = await client.send(new kms.SignCommand({ KeyId, Message, SigningAlgorithm }));
      client = start(join(directory, 'host.sqlite'));
      const checked = await client.send(new kms.VerifyCommand({ KeyId, Message, Signature, SigningAlgorithm }));
      expect(checked.SignatureValid).toBe(true);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('a signature', () => {
  it('of a message or of its digest is the same to everyone who has the public key', async () => {
    const KeyId = await signingKey();
    const { PublicKey } = await client.send(new kms.GetPublicKeyCommand({ KeyId }));
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 4096 }), async (message) => {
        const raw = { KeyId, Message: message, SigningAlgorithm } as const;
        const digest = { KeyId, Message: sha256(message), MessageType: 'DIGEST', SigningAlgorithm } as const;
        const ofRaw = (await client.send(new kms.SignCommand(raw))).Signature ?? new Uint8Array();
        const ofDigest = (await client.send(new kms.SignCommand(digest))).Signature ?? new Uint8Array();
        expect(verify('sha256', message, key, ofRaw)).toBe(true);
        expect(verify('sha256', message, key, ofDigest)).toBe(true);
        await client.send(new kms.VerifyCommand({ ...raw, Signature: ofDigest }));
        await client.send(new kms.VerifyCommand({ ...digest, Signature: ofRaw }));
      }),
      { numRuns: 20 },
    );
  });

  it('does not match another message, another key or a changed byte', async () => {
    const KeyId = await signingKey();
    const { Signature = new Uint8Array() } = await client.send(
      new kms.SignCommand({ KeyId, Message, SigningAlgorithm }),
    );
    const check = (more: Partial<kms.VerifyCommandInput>) =>
      client.send(new kms.VerifyCommand({ KeyId, Message, Signature, SigningAlgorithm, ...more }));
    const mismatch = { name: 'KMSInvalidSignatureException' };
    await expect(check({ Message: Buffer.from('another') })).rejects.toMatchObject(mismatch);
    await expect(check({ KeyId: await signingKey() })).rejects.toMatchObject(mismatch);
    await expect(check({ Signature: Buffer.from('no DER at all') })).rejects.toMatchObject(mismatch);
    for (let index = 0; index < Signature.length; index++) {
      const changed = Buffer.from(Signature);
      changed[index] = (changed[index] ?? 0) ^ 1;
      await expect(check({ Signature: changed })).rejects.toMatchObject(mismatch);
    }
  });

  it('is made only of what KMS takes', async () => {
    const KeyId = await signingKey();
    const sign = (more: Partial<kms.SignCommandInput>) =>
      client.send(new kms.SignCommand({ KeyId, Message, SigningAlgorithm, ...more }));
    await expect(sign({ MessageType: 'DIGEST' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Digest is invalid length for algorithm ECDSA_SHA_256.',
    });
    await expect(sign({ Message: Buffer.alloc(4097) })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(sign({ SigningAlgorithm: 'ECDSA_SHA_384' })).rejects.toMatchObject({
      name: 'InvalidKeyUsageException',
    });
    await expect(sign({ KeyId: await macKey() })).rejects.toMatchObject({ name: 'InvalidKeyUsageException' });
  });
});

describe('a MAC', () => {
  it('is the same each time and matches only its message', async () => {
    const KeyId = await macKey();
    const make = async () => (await client.send(new kms.GenerateMacCommand({ KeyId, Message, MacAlgorithm }))).Mac;
    const Mac = await make();
    expect(Mac).toHaveLength(32);
    expect(await make()).toEqual(Mac);
    const check = (message: Uint8Array) =>
      client.send(new kms.VerifyMacCommand({ KeyId, Message: message, Mac, MacAlgorithm }));
    expect((await check(Message)).MacValid).toBe(true);
    await expect(check(Buffer.from('another'))).rejects.toMatchObject({ name: 'KMSInvalidMacException' });
  });
});

describe('what this service does not do', () => {
  it('is refused by name', async () => {
    const KeyId = await signingKey();
    await expect(client.send(new kms.PutKeyPolicyCommand({ KeyId, Policy: '{}' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
    const create = (more: kms.CreateKeyCommandInput) =>
      client.send(new kms.CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', ...more }));
    for (const more of [
      { Policy: '{}' },
      { MultiRegion: true },
      { KeySpec: 'RSA_2048' },
      { KeyUsage: 'ENCRYPT_DECRYPT' },
    ] as const) {
      await expect(create(more)).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringContaining(Object.keys(more)[0] ?? '') as string,
      });
    }
  });
});
