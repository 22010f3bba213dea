import { createHash } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';
import type { BuildPlan, BuildStage } from '#schemas/workflows/build-plan.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import type { EndStatus } from '#local/services/codebuild/build-record.ts';
import type { BlobStore } from '#runner/blob-store.ts';
import { parseJunit } from '#runner/junit.ts';
import type { RunnerLog } from '#runner/log.ts';
import type { MarkSink } from '#runner/mark-sink.ts';
import { readPlan } from '#runner/read-plan.ts';
import type { BuildFate, Commit, FetchFate } from './outside-world.ts';

/** What a build can reach, as the runner kit can. */
export interface Scene {
  readonly buildId: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly blobs: BlobStore;
  readonly marks: MarkSink;
  readonly log: RunnerLog;
  /** Writes what was said since, in one batch, as CodeBuild does. */
  readonly flushLog: () => void;
  readonly now: () => Date;
}

export interface Ending {
  readonly status: EndStatus;
  readonly exported?: Readonly<Record<string, string>>;
}

/** One move of a build, so long after the one before. Made again after a crash, it must change nothing. */
export interface BuildAction {
  readonly afterSeconds: number;
  readonly run: (scene: Scene) => Promise<Ending | undefined>;
}

const forEver = 7 * 24 * 3600;

/** What `fetch-source.mjs` does. */
export function fetchScript(fate: FetchFate, seconds: number, commits: ReadonlyMap<string, Commit>): BuildAction[] {
  const afterSeconds = fate === 'hangs' ? forEver : seconds;
  return [
    {
      afterSeconds,
      async run(scene) {
        const { SERVICE = '', COMMIT = '', REPOSITORY = '', MANIFEST_PATH = '' } = scene.variables;
        const commit = commits.get(COMMIT);
        if (fate === 'is lost') return { status: 'FAULT' };
        if (!commit || fate === 'does not find the commit') {
          return finish(scene, { status: 'FAILED' }, `commit not in the repository: ${COMMIT} in ${REPOSITORY}`);
        }
        const prefix = `sources/${SERVICE}/${COMMIT}`;
        const sourceKey = `${prefix}.zip`;
        const facts = {
          commit: COMMIT,
          tree: commit.tree,
          author: { name: 'Ada', email: 'ada@example.com' },
          subject: 'Say what an order costs',
          committedAt: '2026-01-01T00:00:00Z',
          sourceKey,
          manifestPath: MANIFEST_PATH,
        };
        await scene.blobs.put(sourceKey, zipOf(commit.tree), 'application/zip');
        await scene.blobs.put(`${prefix}/service.yaml`, Buffer.from(commit.manifest), 'application/yaml');
        await scene.blobs.put(`${prefix}/commit.json`, Buffer.from(JSON.stringify(facts)), 'application/json');
        const exported = { TREE: commit.tree, SOURCE_KEY: sourceKey };
        return finish(scene, { status: 'SUCCEEDED', exported }, `stored ${sourceKey}`);
      },
    },
  ];
}

/** What `build.mjs` does: each stage of the plan between its two marks, and the artifact at the end. */
export async function buildScript(fate: BuildFate, scene: Scene): Promise<BuildAction[]> {
  const { PLAN_KEY = '', DEPLOYMENT_ID = '' } = scene.variables;
  const plan = await readPlan(scene.blobs, { key: PLAN_KEY, deploymentId: DEPLOYMENT_ID });
  return plan.stages.flatMap((stage) => [begin(plan, stage), end(plan, stage, fate)]);
}

function begin(plan: BuildPlan, stage: BuildStage): BuildAction {
  return {
    afterSeconds: 0,
    async run(scene) {
      await scene.marks.post(markOf(scene, plan, stage, 'started'));
      scene.log.runner(`${stage.name} started`);
      return undefined;
    },
  };
}

function end(plan: BuildPlan, stage: BuildStage, fate: BuildFate): BuildAction {
  const { stageSeconds = 2 } = fate;
  const comesTo = fate[stage.name];
  return {
    afterSeconds: comesTo === 'hangs' ? forEver : stageSeconds,
    async run(scene) {
      if (comesTo === 'is lost') return { status: 'FAULT' };
      const durationMs = stageSeconds * 1000;
      if (comesTo === 'times out') {
        await scene.marks.post({ ...markOf(scene, plan, stage, 'timed_out'), durationMs, logTail: ['still going'] });
        return finish(scene, { status: 'FAILED' }, `the build failed at ${stage.name}`);
      }
      const reports = await storeReport(scene, plan, stage, comesTo === 'fails');
      if (comesTo === 'fails') {
        scene.log.stage(stage.name, 'it broke');
        const failed = markOf(scene, plan, stage, 'failed');
        await scene.marks.post({ ...failed, durationMs, exitCode: 1, logTail: ['it broke'], ...reports });
        return finish(scene, { status: 'FAILED' }, `the build failed at ${stage.name}`);
      }
      const artifact = stage.name === 'bundle' ? await storeArtifact(scene, plan) : undefined;
      await scene.marks.post({ ...markOf(scene, plan, stage, 'succeeded'), durationMs, exitCode: 0, ...reports });
      return artifact && finish(scene, { status: 'SUCCEEDED', exported: artifact }, 'bundle succeeded');
    },
  };
}

function markOf(scene: Scene, plan: BuildPlan, { name }: BuildStage, status: StageMark['status']): StageMark {
  return {
    deploymentId: plan.deploymentId,
    token: plan.markToken,
    buildId: scene.buildId,
    run: plan.run,
    stage: name,
    status,
    at: scene.now().toISOString(),
  };
}

async function storeReport({ blobs }: Scene, plan: BuildPlan, { name }: BuildStage, fails: boolean) {
  const report = plan.reports.find(({ stage }) => stage === name);
  if (!report) return {};
  const key = `${plan.reportPrefix}${name}/junit.xml`;
  const bad = fails ? '<failure message="2 is not 3">at price.test.mjs:7</failure>' : '';
  const xml = Buffer.from(
    `<testsuite name="price"><testcase name="adds up"/><testcase name="takes the discount off">${bad}</testcase></testsuite>`,
  );
  await blobs.put(key, xml, 'application/xml');
  const parsed = parseJunit(xml);
  if (parsed.status === 'malformed') throw new Error(parsed.reason);
  return { reports: [{ type: 'junit' as const, key, ...parsed.summary }] };
}

async function storeArtifact({ blobs }: Scene, { artifactPrefix, tree }: BuildPlan) {
  const zip = zipOf(tree);
  const digest = createHash('sha256').update(zip).digest('hex');
  const key = `${artifactPrefix}${digest}.zip`;
  await blobs.putIfAbsent(key, zip, 'application/zip');
  return { ARTIFACT_KEY: key, ARTIFACT_DIGEST: digest, ARTIFACT_SIZE: String(zip.byteLength) };
}

/** The same tree makes the same bytes. */
function zipOf(tree: string): Uint8Array {
  const code = `export const handler = async () => ({ statusCode: 200, body: '${tree}' });\n`;
  return zipSync({ 'index.mjs': strToU8(code) }, { mtime: new Date(2026, 0, 1) });
}

function finish({ log }: Scene, ending: Ending, lastWords: string): Ending {
  log.runner(lastWords);
  log.runner('finished');
  return ending;
}
