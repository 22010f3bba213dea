import { describe, expect } from 'vitest';
import { commitNamed, scenario } from '#test/support/deployment-scenario.ts';
import { deploymentEvents } from '#test/support/deployment-events.ts';
import { taskErrors } from '#test/support/machine-states.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';
import { throttled } from '#test/support/troubled-deps.ts';
import type { WorkflowHost } from '#test/support/workflow-host.ts';

const built = ['install', 'compile', 'test', 'bundle', 'sign'].map((step) => `${step} succeeded`);
const b = { commit: commitNamed('b') };

const rolling = serviceManifest({ more: 'strategy: { type: rolling, batches: 4, pauseSeconds: 10 }\n' });

describe('a release', () => {
  scenario('goes from a commit to a version that all traffic reaches', async ({ given, when }) => {
    given.health([503, 'unreachable', 200]);
    const outcome = await when.deploys();
    outcome
      .status('succeeded')
      .steps(['source succeeded', ...built, 'release succeeded', 'verify succeeded'])
      .events(['queued', 'started', 'canary_promoted', 'health_check', 'succeeded'])
      .states([
        'AcceptTask',
        'AwaitAdmission',
        'IsAdmitted',
        'ResolveManifest',
        'ChooseWork',
        'AwaitRunner',
        'HasRunner',
        'FetchSource',
        'ResolveManifest',
        'ChooseWork',
        'AwaitRunner',
        'HasRunner',
        'BuildArtifact',
        'SignArtifact',
        'NeedsApproval',
        'ReleaseArtifact',
        'VerifyRelease',
        'CompleteDeployment',
        'DeploymentSucceeded',
      ]);
    expect(outcome.view).toMatchObject({ version: '2', author: 'Ada', tree: commitNamed('a') });
    await outcome.serves('2');
  });

  scenario('goes out in batches, when the strategy is rolling, and tells of each', async ({ given, when, host }) => {
    (await when.deploys()).status('succeeded');
    given.source({ ...b, manifest: rolling });
    const outcome = await when.deploys(b);
    outcome.status('succeeded').steps(['source succeeded', ...built, 'release succeeded', 'verify succeeded']);
    expect(promotions(host, outcome.view.id)).toEqual([25, 50, 75, 100]);
    const [first, last] = ['release', 'verify'].map((name) => outcome.view.steps.find((step) => step.name === name));
    // Three pauses of ten seconds.
    expect(Date.parse(last?.startedAt ?? '') - Date.parse(first?.startedAt ?? '')).toBeGreaterThanOrEqual(30_000);
    await outcome.serves('3');
  });

  scenario('takes the artifact that staging ran to production without a build', async ({ given, when }) => {
    const staging = (await when.deploys()).status('succeeded');
    // The fate of a build would show.
    given.build({ bundle: 'fails' });
    const production = (await when.deploys({ environment: 'production' })).status('succeeded');
    production
      .steps([
        'source succeeded',
        ...['install', 'compile', 'test', 'bundle', 'sign'].map((step) => `${step} reused`),
        'release succeeded',
        'verify succeeded',
      ])
      .states([
        'AcceptTask',
        'AwaitAdmission',
        'IsAdmitted',
        'ResolveManifest',
        'ChooseWork',
        'ReleaseArtifact',
        'VerifyRelease',
        'CompleteDeployment',
        'DeploymentSucceeded',
      ]);
    expect(production.view.artifact).toEqual(staging.view.artifact);
    await production.serves('2');
  });

  scenario('fails, when the first version of all is not healthy: there is none to go back to', async (play) => {
    play.given.health([503]);
    const outcome = await play.when.deploys();
    outcome
      .status('failed')
      .failure({ code: 'step_failed', step: 'verify', message: /answered 503/ })
      .steps(['source succeeded', ...built, 'release succeeded', 'verify failed'])
      .events(['queued', 'started', 'canary_promoted', 'health_check', 'failed']);
  });

  scenario('goes back to the version before, when the new one is not healthy', async ({ given, when }) => {
    (await when.deploys()).status('succeeded');
    given.source(b).health(['unreachable']);
    const outcome = await when.deploys(b);
    outcome
      .status('rolled_back')
      .failure({ code: 'step_failed', step: 'verify' })
      .steps(['source succeeded', ...built, 'release succeeded', 'verify failed', 'rollback succeeded'])
      .events(['queued', 'started', 'canary_promoted', 'health_check', 'rolled_back']);
    expect(outcome.view).toMatchObject({ version: '3', baselineVersion: '2' });
    await outcome.serves('2');
  });

  scenario('goes back, when the release broke after traffic may have moved', async ({ given, when }) => {
    (await when.deploys()).status('succeeded');
    given.source(b).trouble({ at: 'shifter.shift', error: new Error('the answer was lost'), done: true });
    const outcome = await when.deploys(b);
    outcome
      .status('rolled_back')
      .failure({ code: 'internal_error', step: 'release' })
      .steps(['source succeeded', ...built, 'release failed', 'rollback succeeded'])
      .events(['queued', 'started', 'rolled_back']);
    // What broke is for the log; nothing of it is told.
    expect(JSON.stringify(outcome.view)).not.toContain('the answer was lost');
    await outcome.serves('2');
  });

  scenario('goes back at the second attempt, when the first one broke', async ({ given, when }) => {
    (await when.deploys()).status('succeeded');
    given.source(b).health([500]);
    const id = await when.asks(b);
    await when.looks(id, ({ status }) => status === 'verifying');
    given.trouble({ at: 'shifter.shift', error: new Error('no') });
    const outcome = await when.isOver(id);
    outcome.status('rolled_back').failure({ code: 'step_failed', step: 'verify' });
    expect(outcome.view.steps.slice(-2)).toMatchObject([
      { name: 'rollback', attempt: 1, status: 'failed' },
      { name: 'rollback', attempt: 2, status: 'succeeded' },
    ]);
    await outcome.serves('2');
  });

  scenario(
    'calls for a person, when going back does not work',
    async ({ given, when }) => {
      (await when.deploys()).status('succeeded');
      given.source(b).health([500]);
      const id = await when.asks(b);
      await when.looks(id, ({ status }) => status === 'verifying');
      given.trouble({ at: 'shifter.shift', error: new Error('no') });
      given.trouble({ at: 'shifter.shift', error: new Error('no') });
      const outcome = await when.isOver(id);
      outcome
        .status('rollback_failed')
        .failure({ step: 'rollback', nextAction: /by hand/ })
        .events(['queued', 'started', 'canary_promoted', 'health_check', 'rollback_failed']);
      await outcome.serves('3');
    },
    // The machine and what takes over for it both try.
    { tableWrites: 65 },
  );

  scenario('tries a throttled task again, and shows both attempts', async ({ given, when, host }) => {
    given.trouble({ at: 'shifter.prepare', error: throttled() });
    const outcome = await when.deploys();
    outcome
      .status('succeeded')
      .steps(['source succeeded', ...built, 'release failed', 'release#2 succeeded', 'verify succeeded']);
    await outcome.serves('2');
    expect(taskErrors(host, outcome.view.id)).toEqual(['transient_fault']);
  });

  scenario('fails, when a task stays throttled', async ({ given, when }) => {
    for (let attempt = 1; attempt <= 4; attempt++) given.trouble({ at: 'shifter.prepare', error: throttled() });
    const outcome = await when.deploys();
    outcome.status('failed').failure({ step: 'release' });
    expect(outcome.view.steps.filter(({ name }) => name === 'release')).toHaveLength(4);
    await outcome.serves('1');
  });
});

/** The shares of traffic that the events of a deployment tell of, in order. */
function promotions(host: WorkflowHost, id: string): readonly unknown[] {
  const told = deploymentEvents(host, id).filter(({ type }) => type === 'deployment.canary_promoted');
  return told.map(({ detail }) => (detail.data as { weightPercent?: number }).weightPercent);
}
