import '#test/support/quiet-logs.ts';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { health } from '#schemas/api/health.ts';
import { listServices } from '#schemas/api/list-services.ts';
import { validateServiceManifest } from '#schemas/api/validate-service-manifest.ts';
import { capabilities } from '#functions/capabilities.ts';
import { functionNameOf, nameOf, type FunctionRow } from '#functions/catalog.ts';
import { startHost, type LocalHost } from '#local/host.ts';
import type { Handler } from '#local/stack/functions.ts';
import { controlPlaneVariables } from '#local/stack/variables.ts';
import { apiClient, type ApiClient } from '#test/support/api-client.ts';
import { askService } from '#test/support/ask-service.ts';
import { deploy, register } from '#test/support/deployments.ts';
import { makeRoot, tokenFrom } from '#test/support/e2e-host.ts';
import { makeRepository } from '#test/support/git-repository.ts';
import { smallService } from '#test/support/small-service.ts';
import { buildFunctions } from '../../scripts/build-functions.ts';

/** By Node itself: as an import it would be one of vitest's, which takes every bundle to pieces first. */
const loadBundle = createRequire(import.meta.url) as (file: string) => { readonly handler: Handler };

let root = '';
let host: LocalHost | undefined;
let api: ApiClient;

/** A bundle reads what it needs from the environment, and signs with the credentials there, as it does in Lambda. */
beforeAll(async () => {
  root = await makeRoot();
  const bundles = join(root, 'bundles');
  await buildFunctions(bundles);
  const [apiPort, aws, services] = await Promise.all([freePort(), freePort(), freePort()]);
  const variables = controlPlaneVariables({ apiUrl: `http://127.0.0.1:${apiPort}`, servicesPort: services });
  const started = await startHost({
    directory: join(root, 'state'),
    ports: { api: apiPort, aws, services },
    load: async (row: FunctionRow) => {
      const environment = {
        ...environmentOf(row, variables),
        AWS_ENDPOINT_URL: `http://127.0.0.1:${aws}`,
        AWS_ACCESS_KEY_ID: 'AKIDBUNDLE',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_SESSION_TOKEN: 'session',
        AWS_LAMBDA_FUNCTION_NAME: functionNameOf(row),
        POWERTOOLS_LOG_LEVEL: 'SILENT',
      };
      return loadBundle(await withEnvironment(join(bundles, nameOf(row)), environment)).handler;
    },
  });
  host = started;
  api = apiClient(started.apiUrl, await tokenFrom(started.credentialsFile));
}, 300_000);
afterAll(async () => {
  await host?.close();
  await rm(root, { recursive: true, force: true });
});

it('the bundles take commits to staging, one after another, and say what is wrong with a third', async () => {
  const repository = await makeRepository(join(root, 'repositories', 'tiny'));
  await register(api, 'tiny', repository.url);
  for (const text of ['one', 'two']) {
    const commit = await repository.commit(smallService('tiny', { text, test: ['true'] }));
    expect(await deploy(api, 'tiny', 'staging', commit)).toMatchObject({ status: 'succeeded' });
    const { body } = await askService(host?.servicesPort ?? 0, 'tiny.staging');
    expect(JSON.parse(body)).toEqual({ commit, environment: 'staging', text });
  }
  const failing = await repository.commit(smallService('tiny', { test: ['false'] }));
  expect(await deploy(api, 'tiny', 'staging', failing)).toMatchObject({
    status: 'failed',
    failure: { code: 'step_failed', step: 'test' },
  });
});

it('the bundles answer what is asked', async () => {
  expect((await api.call(listServices, {})).body.items.map(({ name }) => name)).toEqual(['tiny']);
  expect((await api.call(health, {})).body).toMatchObject({ table: 'ok', runner: { status: 'ok' } });
  const wrong = await api.call(validateServiceManifest, { body: 'apiVersion: 1\nname: [x\n' });
  expect(wrong.body).toMatchObject({ valid: false });
});

/** The variables of its capabilities, and those that no capability brings. */
function environmentOf(row: FunctionRow, all: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = new Set<string>(row.needs.flatMap((need) => [...capabilities[need].variables]));
  const ofOthers = new Set<string>(Object.values(capabilities).flatMap(({ variables }) => [...variables]));
  return Object.fromEntries(Object.entries(all).filter(([name]) => own.has(name) || !ofOthers.has(name)));
}

/** All bundles run in this process, and each is to see its own environment: a copy of it that begins with one. */
async function withEnvironment(bundle: string, environment: object): Promise<string> {
  const file = join(bundle, 'with-environment.mjs');
  const process = `const process = Object.create(globalThis.process, { env: { value: ${JSON.stringify(environment)} } });`;
  await writeFile(file, `${process}\n${await readFile(join(bundle, 'index.mjs'), 'utf8')}`);
  return file;
}

/** The ports have to be known before the host starts: its functions run at once. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
