import { setTimeout as sleep } from 'node:timers/promises';
import { ECRClient } from '@aws-sdk/client-ecr';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { buildEnvironment, readEnvironment } from './environment.ts';
import { openEcr } from './image/open-ecr.ts';
import { lambdaCacheSink } from './cache/lambda-cache-sink.ts';
import { lambdaMarkSink } from './lambda-mark-sink.ts';
import { clearOutputs, writeOutputs } from './outputs.ts';
import { readPlan } from './read-plan.ts';
import { retryingMarkSink } from './retrying-mark-sink.ts';
import { runBuild } from './run-build.ts';
import { runKit } from './run-kit.ts';
import { s3BlobStore } from './s3-blob-store.ts';

// Bundled as build.mjs: the whole of a `build` build.
await runKit(async (log) => {
  const env = readEnvironment(buildEnvironment, process.env);
  clearOutputs(env.CODEBUILD_SRC_DIR);
  const blobs = s3BlobStore(new S3Client(), env.BLOB_BUCKET);
  // One attempt per call: the mark sink repeats on its own, and a function that hangs must not hang the build.
  const lambda = new LambdaClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  });
  // Copying large archives takes a while, and nobody waits for it but the build.
  const patient = new LambdaClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 90_000, throwOnRequestTimeout: true },
  });

  const plan = await readPlan(blobs, { key: env.PLAN_KEY, deploymentId: env.DEPLOYMENT_ID });
  log.runner(`building ${plan.service} at ${plan.commit}, run ${plan.run} of ${plan.deploymentId}`);
  const artifact = await runBuild(
    {
      plan,
      buildId: env.CODEBUILD_BUILD_ID,
      source: env.CODEBUILD_SRC_DIR_app,
      environment: process.env,
    },
    {
      blobs,
      marks: retryingMarkSink(lambdaMarkSink(lambda, env.MARK_FUNCTION), (milliseconds) => sleep(milliseconds)),
      results: lambdaCacheSink(patient, env.MARK_FUNCTION, plan),
      log,
      openRegistry: () => openEcr(new ECRClient()),
      now: () => new Date(),
      timeoutAfter: (seconds) => AbortSignal.timeout(seconds * 1000),
      sleep: (milliseconds) => sleep(milliseconds),
      random: () => Math.random(),
    },
  );
  writeOutputs(env.CODEBUILD_SRC_DIR, {
    ARTIFACT_KEY: artifact.key,
    ARTIFACT_DIGEST: artifact.digest,
    ARTIFACT_SIZE: String(artifact.size),
  });
});
