import { CreateKeyCommand, GenerateMacCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KmsSeal } from '#adapters/kms/seal.ts';
import { KmsSigner } from '#adapters/kms/signer.ts';
import { names } from '#local/stack/names.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

describe('the signer', () => {
  const text = '{"service":"orders","☃":1}';

  test('verifies what it signed, and names the key by its ARN', async () => {
    const { signer } = account.deps;
    const signature = await signer.sign(text);
    expect(signature.keyId).toMatch(/^arn:aws:kms:/);
    expect(await signer.verify(text, signature)).toBe(true);
    const elsewhere = new KmsSigner(new KMSClient(account.client), names.signingKeyAlias);
    expect(await elsewhere.verify(text, signature)).toBe(true);
  });

  test('does not take a signature for another text', async () => {
    const { signer } = account.deps;
    const signature = await signer.sign(text);
    expect(await signer.verify(`${text} `, signature)).toBe(false);
    expect(await signer.verify('', signature)).toBe(false);
  });

  test('does not take the signature of a foreign key, whichever key it claims to be from', async () => {
    const { signer } = account.deps;
    const client = new KMSClient(account.client);
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    );
    const foreign = await new KmsSigner(client, KeyMetadata?.KeyId ?? '').sign(text);
    expect(await signer.verify(text, foreign)).toBe(false);
    const { keyId } = await signer.sign(text);
    expect(await signer.verify(text, { ...foreign, keyId })).toBe(false);
  });

  test.each(['', 'AAAA', 'not base64!', Buffer.alloc(72, 0x30).toString('base64')])(
    'does not take %j for a signature',
    async (value) => {
      const { signer } = account.deps;
      const { keyId } = await signer.sign(text);
      expect(await signer.verify(text, { keyId, value })).toBe(false);
    },
  );

  test('asks for the public key again after it could not be had', async () => {
    const client = new KMSClient(account.client);
    const good = await account.deps.signer.sign(text);
    let failing = true;
    client.middlewareStack.add(
      (next) => async (args) => {
        if (!failing) return next(args);
        throw new Error('The network is away.');
      },
      { step: 'initialize' },
    );
    const signer = new KmsSigner(client, names.signingKeyAlias);
    await expect(signer.verify(text, good)).rejects.toThrow('away');
    failing = false;
    expect(await signer.verify(text, good)).toBe(true);
  });
});

describe('the seal', () => {
  test('takes its own seals again, in any process', async () => {
    const seal = await account.deps.seal.seal('cursor', 'text ☃');
    expect(seal).toMatch(/^[\w-]{43}$/);
    const elsewhere = new KmsSeal(new KMSClient(account.client), names.sealKeyAlias);
    expect(await elsewhere.matches('cursor', 'text ☃', seal)).toBe(true);
    expect(await elsewhere.seal('cursor', 'text ☃')).toBe(seal);
  });

  test('keeps purposes, texts and keys apart', async () => {
    const { seal } = account.deps;
    const made = await seal.seal('cursor', 'text');
    expect(await seal.matches('stage-mark', 'text', made)).toBe(false);
    expect(await seal.matches('cursor', 'text2', made)).toBe(false);
    expect(await seal.matches('cursortext', '', made)).toBe(false);
    const client = new KMSClient(account.client);
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
    );
    const foreign = new KmsSeal(client, KeyMetadata?.KeyId ?? '');
    expect(await seal.matches('cursor', 'text', await foreign.seal('cursor', 'text'))).toBe(false);
  });

  test.each(['', 'A', '☃', 'x'.repeat(10_000)])('does not take %j for a seal', async (value) => {
    expect(await account.deps.seal.matches('cursor', 'text', value)).toBe(false);
  });

  test('asks the key service once for a purpose, and again only when that failed', async () => {
    const client = new KMSClient(account.client);
    const asked: string[] = [];
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          asked.push(commandName);
          if (asked.length === 1) throw new Error('The network is away.');
          return next(args);
        },
      { step: 'initialize' },
    );
    const seal = new KmsSeal(client, names.sealKeyAlias);
    await expect(seal.seal('cursor', 'a')).rejects.toThrow('away');
    await Promise.all(['a', 'b', 'c'].map((text) => seal.seal('cursor', text)));
    expect(asked).toEqual([GenerateMacCommand.name, GenerateMacCommand.name]);
    expect(asked).not.toContain(SignCommand.name);
  });
});
