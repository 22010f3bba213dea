import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitA, givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { aCaller } from './given-caller.ts';
import { registerService } from '#usecases/register-service.ts';
import { resolveManifest } from '#usecases/resolve-manifest.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** A deployment of a registered service whose commit was stored with the manifest of a path. */
async function aDeploymentStoredFrom(manifestPath: string) {
  const { deps } = account;
  const given = givenDeployments(account);
  const { service } = given;
  await registerService(
    deps,
    {
      name: service,
      repository: 'https://git.example.test/a.git',
      manifestPath: 'service.yaml',
      owner: 'team',
      environments: { staging: { kind: 'lambda' } },
    },
    aCaller(),
  );
  const { id } = await given.admitted();
  const manifest = `
apiVersion: deployment-service/v1
name: ${service}
target: { type: lambda, handler: index.handler, runtime: nodejs24.x }
build: { bundle: { commands: [make], output: dist } }
environments: { staging: {} }
`;
  const facts = {
    commit: commitA,
    tree: 'b'.repeat(40),
    author: { name: 'Ada', email: 'ada@example.test' },
    subject: 'first',
    committedAt: '2026-01-01T12:00:00.000Z',
    sourceKey: `sources/${service}/${commitA}.zip`,
    manifestPath,
  };
  const prefix = `sources/${service}/${commitA}`;
  await deps.blobs.put(`${prefix}/service.yaml`, manifest);
  await deps.blobs.put(`${prefix}/commit.json`, JSON.stringify(facts));
  return { id, resolve: () => resolveManifest(deps, { deploymentId: id, run: 1 }) };
}

describe('resolving what to build', () => {
  test('leaves the plan under a key that nobody can guess, with its own upload prefix', async () => {
    const { id, resolve } = await aDeploymentStoredFrom('service.yaml');
    const resolution = await resolve();
    const planKey = resolution.next === 'build' ? resolution.planKey : '';
    expect(planKey).toMatch(new RegExp(`^plans/${id}/1-[\\w-]{43}\\.json$`));
    const plan = JSON.parse(Buffer.from((await account.deps.blobs.get(planKey)) ?? []).toString()) as object;
    expect(plan).toMatchObject({ deploymentId: id, artifactPrefix: `uploads/${id}/1/` });
    expect(planKey, 'the token itself goes nowhere but into the plan').not.toContain(
      (plan as { markToken: string }).markToken,
    );
  });

  test('fetches again what was stored with the manifest of another path', async () => {
    const { resolve } = await aDeploymentStoredFrom('old/service.yaml');
    expect(await resolve()).toMatchObject({ next: 'fetch', manifestPath: 'service.yaml' });
  });
});
