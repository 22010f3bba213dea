import { CreateKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import type { SignedStatement } from '#schemas/workflows/artifact-statement.ts';
import { names } from '#local/stack/names.ts';
import type { DeploymentOutcome } from '#test/support/deployment-outcome.ts';
import { scenario } from '#test/support/deployment-scenario.ts';
import type { WorkflowHost } from '#test/support/workflow-host.ts';

const refusedSteps = [
  'source succeeded',
  ...['install', 'compile', 'test', 'bundle', 'sign'].map((step) => `${step} reused`),
  'release failed',
];

describe('an artifact', () => {
  scenario('of which one bit was changed after the signature is not released', async ({ when, host }) => {
    const { view } = (await when.deploys()).status('succeeded');
    const key = view.artifact?.key ?? '';
    const bytes = await read(host, key);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    await write(host, key, bytes);

    const outcome = await when.deploys({ environment: 'production' });
    outcome
      .status('failed')
      .failure({
        code: 'artifact_verification_failed',
        step: 'release',
        message: /bytes were changed after it was signed/,
      })
      .steps(refusedSteps)
      .events(['queued', 'started', 'failed']);
    expect(outcome.view.version).toBeUndefined();
    await outcome.serves('1');
  });

  scenario('that another key signed is not released', async ({ when, host }) => {
    const { view } = (await when.deploys()).status('succeeded');
    const { KeyMetadata } = await kms(host).send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    );
    const { statement } = await signatureOf(host, view);
    const signature = await signedBy(host, KeyMetadata?.KeyId ?? '', statement);
    await putSignature(host, view, { statement, signature: { keyId: KeyMetadata?.Arn ?? '', value: signature } });
    await expectRefusal(await when.deploys({ environment: 'production' }));
  });

  scenario('whose signature only claims to be of our key is not released', async ({ when, host }) => {
    const { view } = (await when.deploys()).status('succeeded');
    const { KeyMetadata } = await kms(host).send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    );
    const { statement, signature } = await signatureOf(host, view);
    const value = await signedBy(host, KeyMetadata?.KeyId ?? '', statement);
    await putSignature(host, view, { statement, signature: { ...signature, value } });
    await expectRefusal(await when.deploys({ environment: 'production' }));
  });

  scenario('with the signature of another service is not released', async ({ when, host }) => {
    const { view } = (await when.deploys()).status('succeeded');
    const { statement, signature } = await signatureOf(host, view);
    const foreign = statement.replace('"service":"orders"', '"service":"payments"');
    const value = await signedBy(host, names.signingKeyAlias, foreign);
    await putSignature(host, view, { statement: foreign, signature: { ...signature, value } });
    const outcome = await when.deploys({ environment: 'production' });
    outcome
      .status('failed')
      .failure({ message: /it was built for service "payments"/ })
      .steps(refusedSteps);
    await outcome.serves('1');
  });
});

async function expectRefusal(outcome: DeploymentOutcome): Promise<void> {
  outcome
    .status('failed')
    .failure({ code: 'artifact_verification_failed', message: /not made by the key of this service/ })
    .steps(refusedSteps);
  await outcome.serves('1');
}

const s3 = ({ client }: WorkflowHost) => new S3Client({ ...client, forcePathStyle: true });
const kms = ({ client }: WorkflowHost) => new KMSClient(client);

async function read(host: WorkflowHost, Key: string): Promise<Uint8Array> {
  const { Body } = await s3(host).send(new GetObjectCommand({ Bucket: names.blobBucket, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

async function write(host: WorkflowHost, Key: string, Body: Uint8Array | string): Promise<void> {
  await s3(host).send(new PutObjectCommand({ Bucket: names.blobBucket, Key, Body }));
}

async function signatureOf(host: WorkflowHost, view: DeploymentView): Promise<SignedStatement> {
  return JSON.parse(Buffer.from(await read(host, await signatureKey(host, view))).toString('utf8')) as SignedStatement;
}

async function putSignature(host: WorkflowHost, view: DeploymentView, signed: SignedStatement): Promise<void> {
  await write(host, await signatureKey(host, view), JSON.stringify(signed));
}

async function signatureKey({ deps }: WorkflowHost, { id }: DeploymentView): Promise<string> {
  return (await deps.deployments.find(id))?.artifact?.signatureKey ?? '';
}

async function signedBy(host: WorkflowHost, KeyId: string, text: string): Promise<string> {
  const { Signature = new Uint8Array() } = await kms(host).send(
    new SignCommand({ KeyId, Message: Buffer.from(text), MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' }),
  );
  return Buffer.from(Signature).toString('base64');
}
