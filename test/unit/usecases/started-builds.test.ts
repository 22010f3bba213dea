import { BatchGetBuildsCommand, CodeBuildClient, StartBuildCommand } from '@aws-sdk/client-codebuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildStateChange } from '#schemas/external/build-state-change.ts';
import { decide } from '#domain/deployment/decision.ts';
import { retryDeployment } from '#domain/deployment/retry.ts';
import { names } from '#local/stack/names.ts';
import { givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { onBuildStarted } from '#usecases/on-build-started.ts';
import { stopBuilds } from '#usecases/stop-builds.ts';
import { stopOrphanedBuilds } from '#usecases/stop-orphaned-builds.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** The store as it is, and a runner that notes what it is told to stop. */
function watched() {
  const stopped: string[] = [];
  const runners = { ...account.deps.runners, stop: async (id: string) => void stopped.push(id) };
  return { stopped, deps: { ...pick(), runners } };
}
const pick = () => ({ deployments: account.deps.deployments });

async function cancelledDeployment() {
  const given = givenDeployments(account);
  const admitted = await given.admitted();
  const end = () => given.commit(decide(admitted, { status: 'cancelled' }, given.moment()));
  return { given, admitted, end };
}

describe('a build that began', () => {
  test('is left alone while its run goes on', async () => {
    const { admitted } = await cancelledDeployment();
    const { deps, stopped } = watched();
    await onBuildStarted(deps, { deploymentId: admitted.id, buildId: 'b:1', run: 1 });
    await stopBuilds(deps, admitted.id, 1);
    expect(stopped).toEqual([]);
  });

  test('is stopped by whoever ends its run, when it was known by then', async () => {
    const { admitted, end } = await cancelledDeployment();
    const { deps, stopped } = watched();
    await onBuildStarted(deps, { deploymentId: admitted.id, buildId: 'b:1', run: 1 });
    await end();
    await stopBuilds(deps, admitted.id, 1);
    expect(stopped).toEqual(['b:1']);
  });

  test('is stopped as soon as it is heard of, when its run ended before', async () => {
    const { admitted, end } = await cancelledDeployment();
    const { deps, stopped } = watched();
    await end();
    await stopBuilds(deps, admitted.id, 1);
    expect(stopped).toEqual([]);
    await onBuildStarted(deps, { deploymentId: admitted.id, buildId: 'b:1', run: 1 });
    expect(stopped).toEqual(['b:1']);
  });

  test('is stopped also when its deployment goes on by then in another run, whose own builds are not', async () => {
    const { given, admitted, end } = await cancelledDeployment();
    const { deps, stopped } = watched();
    const retrial = retryDeployment(await end(), {}, given.moment());
    if (retrial.kind !== 'retried') throw new Error(retrial.kind);
    await given.commit(retrial.decision);
    await onBuildStarted(deps, { deploymentId: admitted.id, buildId: 'b:2', run: 2 });
    await onBuildStarted(deps, { deploymentId: admitted.id, buildId: 'b:1', run: 1 });
    expect(stopped).toEqual(['b:1']);
    await stopBuilds(deps, admitted.id, 1);
    expect(stopped).toEqual(['b:1', 'b:1']);
  });

  test('does not hide one that began before it and is told of later', async () => {
    const { admitted, end } = await cancelledDeployment();
    const { deps, stopped } = watched();
    await onBuildStarted(deps, { deploymentId: admitted.id, buildId: 'build:2', run: 1 });
    await onBuildStarted(deps, { deploymentId: admitted.id, buildId: 'fetch:1', run: 1 });
    await end();
    await stopBuilds(deps, admitted.id, 1);
    expect(stopped.toSorted()).toEqual(['build:2', 'fetch:1']);
  });

  test('and does not say for which run is stopped with its deployment, and not before', async () => {
    const { admitted, end } = await cancelledDeployment();
    const { deps, stopped } = watched();
    await onBuildStarted(deps, { deploymentId: admitted.id, buildId: 'b:1' });
    expect(stopped).toEqual([]);
    await end();
    await stopBuilds(deps, admitted.id, 1);
    expect(stopped).toEqual(['b:1']);
  });

  test('for no deployment is none of its business', async () => {
    const { deps, stopped } = watched();
    await onBuildStarted(deps, undefined);
    expect(stopped).toEqual([]);
  });
});

describe('what CodeBuild tells of a build', () => {
  const told = (variables: readonly { name: string; value?: string }[]) =>
    buildStateChange.parse({
      'build-status': 'IN_PROGRESS',
      'build-id': 'arn:aws:codebuild:eu-west-1:000000000000:build/deployment-service-build:1b2c',
      'additional-information': { environment: { 'environment-variables': variables } },
    });
  const id = 'dep_01J00000000000000000000001';

  test('names deployment, run and the id that the API takes', () => {
    expect(
      told([
        { name: 'SERVICE', value: 'orders' },
        { name: 'DEPLOYMENT_ID', value: id },
        { name: 'DEPLOYMENT_RUN', value: '12' },
      ]),
    ).toEqual({ deploymentId: id, run: 12, buildId: 'deployment-service-build:1b2c' });
  });

  test.each([undefined, '', 'two', '0', '1.5'])('of one whose run is %j leaves it open', (value) => {
    const run = value === undefined ? [] : [{ name: 'DEPLOYMENT_RUN', value }];
    expect(told([{ name: 'DEPLOYMENT_ID', value: id }, ...run])).toEqual({
      deploymentId: id,
      buildId: 'deployment-service-build:1b2c',
    });
  });

  test.each([[[]], [[{ name: 'DEPLOYMENT_ID' }]], [[{ name: 'DEPLOYMENT_ID', value: 'push-orders-17' }]]])(
    'with the variables %j is about no deployment',
    (variables) => {
      expect(told(variables)).toBeUndefined();
    },
  );
});

describe('a build that still runs', () => {
  /** A build of the account's own service, for so long that somebody has to end it. */
  async function begin(variables: Readonly<Record<string, string>>): Promise<string> {
    const { build } = await new CodeBuildClient(account.client).send(
      new StartBuildCommand({
        projectName: names.project('fetch-source'),
        buildspecOverride: 'version: 0.2\nphases: { build: { commands: [sleep 60] } }',
        environmentVariablesOverride: Object.entries(variables).map(([name, value]) => ({ name, value })),
      }),
    );
    return build?.id ?? 'none';
  }
  const deps = () => ({ ...pick(), runners: account.deps.runners, clock: account.deps.clock });

  test('is stopped when its run is over, though nobody was told that it began; others are left alone', async () => {
    const over = await cancelledDeployment();
    const going = await cancelledDeployment();
    const orphan = await begin({ DEPLOYMENT_ID: over.admitted.id, DEPLOYMENT_RUN: '1' });
    const wanted = await begin({ DEPLOYMENT_ID: going.admitted.id, DEPLOYMENT_RUN: '1' });
    const ofPush = await begin({ DEPLOYMENT_ID: 'push-orders-3' });
    expect(await stopOrphanedBuilds(deps())).toEqual({ stopped: 0, failures: [] });

    await over.end();
    expect(await stopOrphanedBuilds(deps())).toEqual({ stopped: 1, failures: [] });
    await account.local?.codebuild.ended(orphan);
    const client = new CodeBuildClient(account.client);
    const { builds = [] } = await client.send(new BatchGetBuildsCommand({ ids: [orphan, wanted, ofPush] }));
    expect(builds.map(({ buildComplete, buildStatus }) => [buildComplete, buildStatus])).toEqual([
      [true, 'STOPPED'],
      [false, 'IN_PROGRESS'],
      [false, 'IN_PROGRESS'],
    ]);
    expect(await stopOrphanedBuilds(deps())).toEqual({ stopped: 0, failures: [] });
  });
});
