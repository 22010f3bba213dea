import { GetAliasCommand } from '@aws-sdk/client-lambda';
import { CreateKeyCommand, SignCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { askService } from '#test/support/ask-service.ts';
import { awsClients, type AwsClients } from '#test/support/aws-clients.ts';
import { deploy, register } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { smallService } from '#test/support/small-service.ts';

const Bucket = 'deployment-service-blobs';
const signed = z.object({ statement: z.string(), signature: z.object({ keyId: z.string(), value: z.string() }) });

describe('between staging and production', () => {
  let host: E2eHost;
  let aws: AwsClients;
  let released: DeploymentView;
  let tested: DeploymentView;
  let artifactKey: string;
  let signatureKey: string;
  let genuine: { readonly artifact: Buffer; readonly signature: Buffer };

  const read = async (Key: string): Promise<Buffer> => {
    const { Body } = await aws.objects.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  const write = (Key: string, Body: Buffer | string) => aws.objects.send(new PutObjectCommand({ Bucket, Key, Body }));
  const signatureKeyOf = async ({ artifact }: DeploymentView) => {
    const Prefix = artifact?.key.replace(/zip$/, '') ?? '';
    const { Contents = [] } = await aws.objects.send(new ListObjectsV2Command({ Bucket, Prefix }));
    return Contents.find(({ Key }) => Key?.endsWith('.sig.json'))?.Key ?? '';
  };
  const productionVersion = async () => {
    const alias = { FunctionName: 'vault-production', Name: 'live' };
    return (await aws.functions.send(new GetAliasCommand(alias))).FunctionVersion;
  };
  const toProduction = () => deploy(host.api, 'vault', 'production', tested.commit);
  const expectRefused = async (attempt: DeploymentView, reason: string): Promise<void> => {
    expect(attempt).toMatchObject({ status: 'failed', failure: { code: 'artifact_verification_failed' } });
    expect(attempt.failure?.message).toContain(reason);
    expect(attempt.steps.at(-1)).toMatchObject({ name: 'release', status: 'failed' });
    expect(await productionVersion()).toBe(released.version);
    const { body } = await askService(host.servicesPort, 'vault.production');
    expect(JSON.parse(body)).toMatchObject({ commit: released.commit, text: 'first' });
  };

  beforeAll(async () => {
    host = await startE2eHost();
    aws = awsClients(host.awsUrl);
    const repository = await host.repository('vault');
    await register(host.api, 'vault', repository.url);
    const first = await repository.commit(smallService('vault', { text: 'first' }));
    await deploy(host.api, 'vault', 'staging', first);
    released = await deploy(host.api, 'vault', 'production', first);
    tested = await deploy(
      host.api,
      'vault',
      'staging',
      await repository.commit(smallService('vault', { text: 'second' })),
    );
    artifactKey = tested.artifact?.key ?? '';
    signatureKey = await signatureKeyOf(tested);
    genuine = { artifact: await read(artifactKey), signature: await read(signatureKey) };
  });
  afterEach(async () => {
    await write(artifactKey, genuine.artifact);
    await write(signatureKey, genuine.signature);
  });
  afterAll(() => host.close());

  it('an artifact of which one bit was flipped is not released', async () => {
    const altered = Buffer.from(genuine.artifact);
    altered[Math.floor(altered.length / 2)]! ^= 1;
    await write(artifactKey, altered);
    await expectRefused(await toProduction(), 'its bytes were changed after it was signed');
  });

  it('an artifact that another key signed is not released', async () => {
    const { statement } = signed.parse(JSON.parse(genuine.signature.toString('utf8')));
    await write(signatureKey, JSON.stringify({ statement, signature: await signedByAnother(aws, statement) }));
    await expectRefused(await toProduction(), 'its signature was not made by the key of this service');
  });

  it('nor is one that another key signed in the name of ours', async () => {
    const { statement, signature } = signed.parse(JSON.parse(genuine.signature.toString('utf8')));
    const { value } = await signedByAnother(aws, statement);
    await write(signatureKey, JSON.stringify({ statement, signature: { keyId: signature.keyId, value } }));
    await expectRefused(await toProduction(), 'its signature was not made by the key of this service');
  });

  it('the signature of an earlier artifact does not serve for this one', async () => {
    await write(signatureKey, await read(await signatureKeyOf(released)));
    await expectRefused(await toProduction(), 'its signature is that of another artifact');
  });

  it('an artifact that nobody touched is released, also after all that was refused', async () => {
    expect(await toProduction()).toMatchObject({ status: 'succeeded', artifact: tested.artifact });
    const { body } = await askService(host.servicesPort, 'vault.production');
    expect(JSON.parse(body)).toMatchObject({ commit: tested.commit, text: 'second' });
  });
});

async function signedByAnother({ keys }: AwsClients, statement: string) {
  const key = await keys.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
  const { KeyId, Signature = new Uint8Array() } = await keys.send(
    new SignCommand({
      KeyId: key.KeyMetadata?.KeyId,
      Message: Buffer.from(statement),
      MessageType: 'RAW',
      SigningAlgorithm: 'ECDSA_SHA_256',
    }),
  );
  return { keyId: KeyId ?? '', value: Buffer.from(Signature).toString('base64') };
}
