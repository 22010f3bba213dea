import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { fetchEnvironment, readEnvironment } from './environment.ts';
import { clearOutputs, writeOutputs } from './outputs.ts';
import { runKit } from './run-kit.ts';
import { s3BlobStore } from './s3-blob-store.ts';
import { storeSource } from './store-source.ts';

// Bundled as fetch-source.mjs: the whole of a `fetch-source` build.
await runKit(async (log) => {
  const env = readEnvironment(fetchEnvironment, process.env);
  clearOutputs(env.CODEBUILD_SRC_DIR);
  const facts = await storeSource(
    {
      deploymentId: env.DEPLOYMENT_ID,
      service: env.SERVICE,
      repository: env.REPOSITORY,
      commit: env.COMMIT,
      manifestPath: env.MANIFEST_PATH,
      credentials: env.REPOSITORY_CREDENTIALS,
      connection: env.CONNECTION,
    },
    {
      blobs: s3BlobStore(new S3Client(), env.BLOB_BUCKET),
      log,
      environment: process.env,
      sleep: (milliseconds) => sleep(milliseconds),
      random: () => Math.random(),
    },
  );
  writeOutputs(env.CODEBUILD_SRC_DIR, { TREE: facts.tree, SOURCE_KEY: facts.sourceKey });
});
