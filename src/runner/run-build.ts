import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { noStageCache, openStageCache } from './cache/stage-cache.ts';
import { type BuildDeps, type BuildRequest, runStage } from './run-stage.ts';
import { RunnerFailure } from './runner-failure.ts';
import { createScrubber } from './scrubber.ts';
import { secretVariables } from './secret-variables.ts';
import { keyedEnvironment } from './stage-environment.ts';
import type { StoredArtifact } from './store-artifact.ts';

/**
 * Runs the stages of the plan until one does not succeed, and stores what `bundle` left.
 *
 * @throws RunnerFailure naming the stage that did not succeed, the mark that was refused, or the secret that is absent
 */
export async function runBuild(request: BuildRequest, deps: BuildDeps): Promise<StoredArtifact> {
  const secrets = secretVariables(request.plan.secretNames, request.environment);
  const scrubber = createScrubber(Object.values(secrets));
  deps.log.scrubWith(scrubber);
  const directory = join(request.source, request.plan.directory);
  const found = await lstat(directory).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new RunnerFailure(`the source of ${request.plan.service} has no directory "${request.plan.directory}"`);
  }
  const { plan, environment } = request;
  const { blobs, log, results: sink } = deps;
  const variables = (seesCommit: boolean) => keyedEnvironment(plan, environment, seesCommit);
  const surroundings = { blobs, log, sink, variables, secrets: Object.values(secrets) };
  const cache = plan.cache ? await openStageCache(plan, directory, surroundings) : noStageCache;
  let artifact: StoredArtifact | undefined;
  try {
    for (const stage of plan.stages) {
      artifact = await runStage(stage, directory, { ...request, secrets }, { ...deps, scrubber, cache });
    }
  } finally {
    // Also of a build that failed: its retry begins with what succeeded.
    await cache.close();
  }
  if (!artifact) throw new RunnerFailure('the plan has no bundle stage, so there is no artifact');
  return artifact;
}
