import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { printLines } from '../../cli/print.ts';
import { duration } from '../../cli/render/duration.ts';
import { table } from '../../cli/render/table.ts';
import { askService, type About } from './ask-service.ts';
import { deployAndShow } from './deploy-and-show.ts';
import { expectThat } from './expect-that.ts';
import { createOrdersRepository } from './orders-repository.ts';
import type { Stage } from './stage.ts';

const brokenTest = 'adds shipping below the limit';

/**
 * A commit goes to staging; the same artifact goes to production; a commit with a bug stops at its test, and both
 * environments answer as before.
 *
 * @throws BrokenExpectation when anything of that is not so
 */
export async function tellStory(stage: Stage): Promise<void> {
  const { context, client, host, directory, startedMs, signal } = stage;
  const { out } = context.output;
  const { paint } = out;
  const say = (text: string): void => printLines(out, ['', paint.bold(text)]);
  const deploy = (environment: string, commit: string) =>
    deployAndShow({ context, client, service: 'orders', environment, commit, signal });
  const ask = async (environment: string): Promise<About> => {
    const name = `orders.${environment}.localhost`;
    const about = await askService(host.servicesPort, name);
    printLines(out, [`GET http://${name}:${host.servicesPort}/  ${paint.cyan(JSON.stringify(about))}`]);
    return about;
  };

  printLines(out, [
    paint.bold('One commit to staging, the same bytes to production, and a bug that gets nowhere'),
    `The whole service runs in this process: ${host.apiUrl}, up after ${duration(context.now() - startedMs)}.`,
  ]);
  const repository = await createOrdersRepository(join(directory, 'orders'));
  await client.registerService({
    params: { service: 'orders' },
    body: {
      repository: pathToFileURL(repository.directory).href,
      owner: 'demo',
      environments: { staging: {}, production: {} },
    },
  });

  say('1. The first commit goes to staging: built, tested, signed, released');
  const staging = await deploy('staging', repository.commit);
  expectThat('the deployment to staging succeeds', staging.status, 'succeeded');
  const inStaging = await ask('staging');
  expectThat('staging answers from the commit', whereOf(inStaging), ['staging', repository.commit]);

  say('2. The same commit goes to production: nothing is built again');
  const production = await deploy('production', repository.commit);
  expectThat('the deployment to production succeeds', production.status, 'succeeded');
  expectThat('production reuses what was built', reusedSteps(production), [
    'install',
    'compile',
    'test',
    'bundle',
    'sign',
  ]);
  expectThat('production gets the artifact of staging', production.artifact?.digest, staging.artifact?.digest);
  printLines(out, [`The same artifact as in staging: sha256 ${paint.cyan(production.artifact?.digest ?? '')}`]);
  const inProduction = await ask('production');
  expectThat('production answers from the commit', whereOf(inProduction), ['production', repository.commit]);

  say('3. A commit with a bug: shipping is subtracted where it should be added');
  const broken = await deploy('staging', await repository.breakThePrice());
  expectThat('the deployment of the bug fails', broken.status, 'failed');
  expectThat('it fails in its tests', broken.failure?.step, 'test');
  expectThat('the failing test is named', broken.failure?.failedTests, [brokenTest]);
  expectThat(
    'nothing of it is released',
    broken.steps.some(({ name }) => name === 'release'),
    false,
  );
  const stagingAfter = await ask('staging');
  const productionAfter = await ask('production');
  expectThat('staging answers as before', stagingAfter, inStaging);
  expectThat('production answers as before', productionAfter, inProduction);

  say(`All of it held, in ${duration(context.now() - startedMs)}`);
  const answered = (about: About): readonly string[] => [
    paint.green(about.environment),
    `http://orders.${about.environment}.localhost:${host.servicesPort}`,
    `version ${about.version}, commit ${about.commit.slice(0, 7)}`,
  ];
  printLines(out, [
    ...table([answered(stagingAfter), answered(productionAfter)]),
    `${paint.red('stopped')}: commit ${broken.commit.slice(0, 7)}, because the test "${brokenTest}" failed`,
  ]);
}

function whereOf({ environment, commit }: About): readonly string[] {
  return [environment, commit];
}

function reusedSteps({ steps }: DeploymentView): readonly string[] {
  return steps.filter(({ status }) => status === 'reused').map(({ name }) => name);
}
