import { describe, expect, it } from 'vitest';
import { codebuildStartBuild } from '#local/asl/integrations/codebuild-start-build.ts';
import type { TaskContext, TaskError } from '#local/asl/integration.ts';

function bench(buildStatus: string) {
  const calls: unknown[] = [];
  const submitted: unknown[] = [];
  const build = { id: 'p:1', arn: 'arn:b', buildStatus: 'IN_PROGRESS', startTime: 1_767_225_600.5 };
  const over = {
    ...build,
    buildStatus,
    exportedEnvironmentVariables: [{ name: 'DIGEST', value: 'sha256:1' }],
    phases: [{ phaseType: 'BUILD', durationInSeconds: 3 }],
    logs: { cloudWatchLogs: { groupName: 'g' } },
  };
  const integration = codebuildStartBuild({
    async call(operation, input) {
      calls.push([operation, input]);
      return operation === 'StartBuild' ? { build } : { builds: [over] };
    },
    ended: async (id) => void calls.push(['ended', id]),
  });
  const context: TaskContext = {
    executionArn: 'arn:e',
    executionName: 'e',
    stateName: 's',
    attempt: 1,
    token: '',
    idempotencyToken: 'token',
    submitted: (reference, output) => submitted.push([reference, output]),
  };
  return { integration, context, calls, submitted };
}

const BUILD = {
  Id: 'p:1',
  Arn: 'arn:b',
  BuildStatus: 'SUCCEEDED',
  StartTime: 1_767_225_600_500,
  ExportedEnvironmentVariables: [{ Name: 'DIGEST', Value: 'sha256:1' }],
  Phases: [{ PhaseType: 'BUILD', DurationInSeconds: 3 }],
  Logs: { CloudWatchLogs: { GroupName: 'g' } },
};

describe('codebuild:startBuild.sync', () => {
  it('starts a build with members in camelCase, waits for its end and answers in PascalCase', async () => {
    const { integration, context, calls, submitted } = bench('SUCCEEDED');
    const args = {
      ProjectName: 'p',
      EnvironmentVariablesOverride: [{ Name: 'A', Value: 'b', Type: 'PLAINTEXT' }],
      SecondarySourcesOverride: [{ Type: 'S3', Location: 'l', SourceIdentifier: 'kit' }],
    };
    expect(await integration.start(args, context)).toEqual({ Build: BUILD });
    expect(calls).toEqual([
      [
        'StartBuild',
        {
          idempotencyToken: 'token',
          projectName: 'p',
          environmentVariablesOverride: [{ name: 'A', value: 'b', type: 'PLAINTEXT' }],
          secondarySourcesOverride: [{ type: 'S3', location: 'l', sourceIdentifier: 'kit' }],
        },
      ],
      ['ended', 'p:1'],
      ['BatchGetBuilds', { ids: ['p:1'] }],
    ]);
    expect(submitted).toEqual([['p:1', { Build: expect.objectContaining({ BuildStatus: 'IN_PROGRESS' }) as object }]]);
  });

  it('fails with the whole build as its cause when the build did not succeed', async () => {
    const { integration, context } = bench('FAILED');
    const failure = await integration.start({ ProjectName: 'p' }, context).catch((error: unknown) => error);
    expect(failure).toMatchObject({ error: 'States.TaskFailed' });
    expect(JSON.parse((failure as TaskError).reason)).toEqual({ ...BUILD, BuildStatus: 'FAILED' });
  });

  it('waits for a build that was started before, and stops one', async () => {
    const { integration, context, calls } = bench('SUCCEEDED');
    expect(await integration.resume?.('p:1', context)).toEqual({ Build: BUILD });
    await integration.stop?.('p:1');
    expect(calls).toEqual([
      ['ended', 'p:1'],
      ['BatchGetBuilds', { ids: ['p:1'] }],
      ['StopBuild', { id: 'p:1' }],
    ]);
  });

  it('names a refusal after the exception of the service', async () => {
    const refusal = Object.assign(new Error('no such project'), { name: 'ResourceNotFoundException', $metadata: {} });
    const task = codebuildStartBuild({ call: () => Promise.reject(refusal), ended: async () => undefined });
    await expect(task.start({ ProjectName: 'p' }, bench('SUCCEEDED').context)).rejects.toMatchObject({
      error: 'CodeBuild.ResourceNotFoundException',
      reason: 'no such project',
    });
  });
});
