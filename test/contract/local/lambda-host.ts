import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  type CreateFunctionCommandInput,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { onTestFinished } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createLambda, type LambdaOptions } from '#local/services/lambda/lambda.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

/** A folder that is removed, with all in it, at the end of the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-lambda-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A Lambda service with a stock client; ended with its processes at the end of the test. */
export function startLambda(options: Partial<LambdaOptions> & { folder?: string } = {}) {
  const { folder = scratchFolder(), ...rest } = options;
  const clock = virtualClock();
  const store = openStore(join(folder, 'store.db'));
  const objects = new Map<string, Uint8Array>();
  const lambda = createLambda({
    store,
    clock,
    workspaceRoot: join(folder, 'lambda'),
    s3: {
      get(bucket, key) {
        const found = objects.get(`${bucket}/${key}`);
        if (found) return Promise.resolve(found);
        return Promise.reject(Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' }));
      },
    },
    ...rest,
  });
  const client = new LambdaClient(against(createGateway([lambda])));
  let open = true;
  const stop = async (): Promise<void> => {
    if (!open) return;
    open = false;
    await lambda.close();
    store.close();
  };
  onTestFinished(stop);
  return { lambda, client, clock, store, folder, objects, stop };
}

/** A deployment package; a string is the text of `index.mjs`. */
export function zipOf(files: string | Record<string, string>): Uint8Array {
  const named = typeof files === 'string' ? { 'index.mjs': files } : files;
  const entries = Object.entries(named).map(([name, text]) => [name, strToU8(text)] as const);
  // A fixed time, so that the same files are the same package.
  return zipSync(Object.fromEntries(entries), { mtime: new Date(2026, 0, 1) });
}

/** Code that answers `text`. */
export function answering(text: string): string {
  return `export const handler = async () => ({ said: ${JSON.stringify(text)} });`;
}

/** Creates a function and waits, as a caller of AWS must, until it is active. */
export async function createFunction(
  client: LambdaClient,
  files: string | Record<string, string>,
  input: Partial<CreateFunctionCommandInput> = {},
) {
  const created = await client.send(
    new CreateFunctionCommand({
      FunctionName: 'greeter',
      Role: 'arn:aws:iam::000000000000:role/greeter',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipOf(files) },
      ...input,
    }),
  );
  await client.send(new GetFunctionCommand({ FunctionName: created.FunctionName }));
  return created;
}

/** Replaces the code of `greeter`, waits for it, publishes it and answers the version. */
export async function release(client: LambdaClient, code: string): Promise<string> {
  await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'greeter', ZipFile: zipOf(code) }));
  await client.send(new GetFunctionCommand({ FunctionName: 'greeter' }));
  const { Version = '' } = await client.send(new PublishVersionCommand({ FunctionName: 'greeter' }));
  return Version;
}

export async function aliasTo(client: LambdaClient, version: string, weights?: Record<string, number>) {
  return client.send(
    new CreateAliasCommand({
      FunctionName: 'greeter',
      Name: 'live',
      FunctionVersion: version,
      ...(weights ? { RoutingConfig: { AdditionalVersionWeights: weights } } : {}),
    }),
  );
}

/** Invokes and reads the answer. */
export async function invoke(
  client: LambdaClient,
  options: { name?: string; qualifier?: string; event?: unknown; tail?: boolean } = {},
) {
  const answer = await client.send(
    new InvokeCommand({
      FunctionName: options.name ?? 'greeter',
      Qualifier: options.qualifier,
      Payload: JSON.stringify(options.event ?? {}),
      LogType: options.tail ? 'Tail' : 'None',
    }),
  );
  return {
    error: answer.FunctionError,
    version: answer.ExecutedVersion,
    result: JSON.parse(answer.Payload?.transformToString() || 'null') as Record<string, unknown>,
    log: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
  };
}

/** Waits, without sleeping, until something that happens outside of the test's reach has happened. */
export async function until(done: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const limit = performance.now() + 10_000;
  while (!(await done())) {
    if (performance.now() > limit) throw new Error(`Waited in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
