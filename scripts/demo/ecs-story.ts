import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { printLines } from '../../cli/print.ts';
import { duration } from '../../cli/render/duration.ts';
import { table } from '../../cli/render/table.ts';
import { constantLoad, type LoadResult } from './constant-load.ts';
import { deployAndShow } from './deploy-and-show.ts';
import { createExampleRepository } from './example-repository.ts';
import { expectThat } from './expect-that.ts';
import type { Stage } from './stage.ts';

const service = 'greeter';
const requestsPerSecond = 100;
const rolling = {
  file: 'service.yaml',
  from: 'strategy:\n  type: immediate',
  to: 'strategy:\n  type: rolling\n  batches: 2',
};
const twoTasks = {
  file: 'service.yaml',
  from: '  staging:\n',
  to: '  staging:\n    scaling: { minimum: 2, maximum: 4 }\n',
};
const clearer = { file: 'src/main.mjs', from: 'greeter listens on port', to: 'the greeter listens on port' };
/** What no test finds: it runs everywhere but where it is deployed. */
const mute = {
  file: 'src/main.mjs',
  from: 'const server = createGreeter(process.env);',
  to: [
    "if (process.env.DEPLOYMENT_ID && !process.env.VOICE) throw new Error('VOICE is not set.');",
    'const server = createGreeter(process.env);',
  ].join('\n'),
};

/**
 * A container service without a Docker daemon: its image is assembled, signed and released; a new version takes its place
 * under load without a failed request; and one that does not start never gets any traffic.
 *
 * @throws BrokenExpectation when anything of that is not so
 */
export async function tellEcsStory(stage: Stage): Promise<void> {
  const { context, client, host, directory, startedMs, signal } = stage;
  const { out } = context.output;
  const { paint } = out;
  const say = (text: string): void => printLines(out, ['', paint.bold(text)]);
  const name = `${service}.staging.localhost`;
  const deploy = (commit: string): Promise<DeploymentView> =>
    deployAndShow({ context, client, service, environment: 'staging', commit, signal });
  const underLoad = async (commit: string): Promise<{ deployment: DeploymentView; load: LoadResult }> => {
    const load = constantLoad({ port: host.servicesPort, host: name, requestsPerSecond });
    try {
      const deployment = await deploy(commit);
      return { deployment, load: await load.stop() };
    } finally {
      await load.stop();
    }
  };
  const tell = ({ sent, failed, byCommit }: LoadResult): void =>
    printLines(out, [
      `${sent} requests meanwhile, ${paint.green(`${failed.length} failed`)}; answered by ${Object.entries(byCommit)
        .map(([commit, count]) => `${commit.slice(0, 7)}: ${count}`)
        .join(', ')}`,
    ]);

  printLines(out, [
    paint.bold('A container service, without a Docker daemon'),
    `The whole service runs in this process: ${host.apiUrl}, up after ${duration(context.now() - startedMs)}.`,
  ]);
  const repository = await createExampleRepository(service, join(directory, service), 'Greet people');
  await client.registerService({
    params: { service },
    body: {
      repository: pathToFileURL(repository.directory).href,
      owner: 'demo',
      environments: { staging: { kind: 'ecs' }, production: { kind: 'ecs' } },
    },
  });

  say('1. The first commit: its image is assembled from the base and one layer, pushed by digest, signed, released');
  const first = await deploy(repository.commit);
  expectThat('the first deployment succeeds', first.status, 'succeeded');
  printLines(out, [`image   ${paint.cyan(first.artifact?.key ?? '')}`, `version ${first.version} at ${first.url}`]);

  say(`2. A new version takes its place, in batches, under ${requestsPerSecond} requests a second`);
  const second = await repository.change('Run on two tasks, in batches', [rolling, twoTasks, clearer]);
  const { deployment: replaced, load: rolled } = await underLoad(second);
  expectThat('the new version is released', replaced.status, 'succeeded');
  expectThat('no request failed while it took over', rolled.failed, []);
  tell(rolled);

  say('3. A version that does not start: it gets no traffic, and is taken back');
  const third = await repository.change('Need a setting that nobody has set', [mute]);
  const { deployment: broken, load: kept } = await underLoad(third);
  expectThat('the broken version is taken back', broken.status, 'rolled_back');
  expectThat('no request failed meanwhile', kept.failed, []);
  expectThat('the broken version never answered', kept.byCommit[third], undefined);
  tell(kept);

  say(`All of it held, in ${duration(context.now() - startedMs)}`);
  printLines(out, [
    ...table([
      [paint.green('serves'), second.slice(0, 7), replaced.version ?? '', replaced.url ?? ''],
      [paint.red('taken back'), third.slice(0, 7), broken.version ?? '', broken.failure?.message ?? ''],
    ]),
  ]);
}
