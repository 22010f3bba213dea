import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { blobKeys } from '#domain/blob-keys.ts';
import { decide } from '#domain/deployment/decision.ts';
import { names } from '#local/stack/names.ts';
import { createLog } from '#runner/log.ts';
import { runBuild } from '#runner/run-build.ts';
import { s3BlobStore } from '#runner/s3-blob-store.ts';
import { type FoundStage, type KeepStages, foundStages } from '#schemas/workflows/build-cache.ts';
import { type BuildPlan, buildPlan } from '#schemas/workflows/build-plan.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { uniqueService, type TestAccount } from '#test/support/account.ts';
import { hearRunner } from '#usecases/hear-runner.ts';

type Stage = { readonly commands: readonly string[]; readonly inputs?: readonly string[] };

export interface CachedBuild {
  readonly files?: Readonly<Record<string, string>>;
  /** Puts the source there, in the place of `files`. */
  readonly fill?: (directory: string) => void;
  readonly stages: Readonly<Partial<Record<'install' | 'compile' | 'test' | 'bundle', Stage>>>;
  readonly environment?: string;
  readonly commit?: string;
  readonly plan?: Partial<Record<keyof BuildPlan, unknown>>;
  readonly paths?: readonly string[];
  readonly host?: NodeJS.ProcessEnv;
  /** Stands between the build and what the control plane answers. */
  readonly onFound?: (found: readonly FoundStage[]) => readonly FoundStage[];
  readonly onKeep?: (kept: Pick<KeepStages, 'stages' | 'broken'>) => void;
}

/** Builds of one service by the real kit, on the blob store and the records of an account. */
export function cachedBuilds(account: TestAccount, service = uniqueService()) {
  const given = givenDeployments(account, service);
  const blobs = s3BlobStore(new S3Client({ ...account.client, forcePathStyle: true }), names.blobBucket);
  let turn = 0;

  async function build(wanted: CachedBuild) {
    turn += 1;
    const commit = wanted.commit ?? turn.toString(16).padStart(40, '0');
    const { id } = await given.admitted({ environment: wanted.environment ?? `place-${turn}`, commit });
    const token = await account.deps.seal.seal('stage-mark', `${id}/1`);
    const source = mkdtempSync(join(tmpdir(), 'cached-build-'));
    for (const [path, text] of Object.entries(wanted.files ?? {})) {
      mkdirSync(dirname(join(source, path)), { recursive: true });
      writeFileSync(join(source, path), text);
    }
    wanted.fill?.(source);
    const plan = planOf(wanted, { id, commit, token });
    const marks: StageMark[] = [];
    const output: string[] = [];
    const say = { deploymentId: id, token, run: 1 };
    const startedAt = performance.now();
    try {
      const settled = await runBuild(
        {
          plan,
          buildId: 'builds:1',
          source,
          environment: { PATH: process.env['PATH'], HOME: '/nowhere', ...wanted.host },
        },
        {
          blobs,
          marks: {
            async post(mark) {
              await hearRunner(account.deps, mark);
              marks.push(mark);
            },
          },
          results: {
            async find(stages) {
              const answer = await hearRunner(account.deps, { ...say, message: 'find-stages', stages: [...stages] });
              const { found } = foundStages.parse(answer);
              return wanted.onFound?.(found) ?? found;
            },
            async keep(kept) {
              wanted.onKeep?.(kept);
              await hearRunner(account.deps, { ...say, message: 'keep-stages', ...kept });
            },
          },
          log: createLog((text) => output.push(text)),
          openRegistry: () => Promise.reject(new Error('a zip needs no registry')),
          now: () => new Date(),
          timeoutAfter: (seconds) => AbortSignal.timeout(seconds * 1000),
          sleep: () => Promise.resolve(),
          random: () => 0.5,
        },
      ).then(
        (artifact) => ({ artifact, failure: undefined }),
        (failure: unknown) => ({ artifact: undefined, failure }),
      );
      const runnerMs = performance.now() - startedAt;
      const ended = marks.filter(({ status }) => status !== 'started');
      return {
        ...settled,
        id,
        /** Of the whole kit, from the source to the artifact. */
        runnerMs,
        marks,
        log: output.join(''),
        /** `install ran`, `test cached`, in order. */
        said: ended.map(
          (mark) => `${mark.stage} ${mark.status === 'succeeded' ? (mark.cache ? 'cached' : 'ran') : mark.status}`,
        ),
      };
    } finally {
      rmSync(source, { recursive: true, force: true });
      await over(id);
    }
  }

  /** Ends the deployment, so that its environment is free for the next. */
  async function over(id: string): Promise<void> {
    const deployment = await account.deps.deployments.find(id);
    if (!deployment) throw new Error(`There is no deployment ${id}.`);
    await given.commit(decide(deployment, { status: 'failed' }, given.moment()));
  }

  function planOf(
    { stages, paths = [], plan }: CachedBuild,
    of: { id: string; commit: string; token: string },
  ): BuildPlan {
    const order = ['install', 'compile', 'test', 'bundle'] as const;
    return buildPlan.parse({
      version: 1,
      deploymentId: of.id,
      service,
      commit: of.commit,
      tree: of.commit,
      run: 1,
      markToken: of.token,
      directory: '.',
      arguments: {},
      environment: {},
      stages: order.flatMap((name) => (stages[name] ? [{ name, timeoutSeconds: 60, ...stages[name] }] : [])),
      reports: [],
      output: 'dist',
      artifactPrefix: blobKeys.uploadPrefix(of.id, 1),
      reportPrefix: blobKeys.reportPrefix(of.id, 1),
      cache: { toolchain: 'node 24', paths, uploadPrefix: blobKeys.cacheUploadPrefix(of.id, 1) },
      ...plan,
    });
  }

  return { build, blobs, service };
}
