import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processContext } from '../cli/process-context.ts';
import { printLines } from '../cli/print.ts';
import { startHost } from '../local/host.ts';
import { openDemoClient } from './demo/demo-client.ts';
import { demoUsage, readDemoArguments, type StoryName } from './demo/demo-arguments.ts';
import { BrokenExpectation } from './demo/expect-that.ts';
import { keepRunning } from './demo/keep-running.ts';
import { tellEcsStory } from './demo/ecs-story.ts';
import { openLocalGithub } from './demo/local-github.ts';
import { tellPromoteStory } from './demo/promote-story.ts';
import type { Stage } from './demo/stage.ts';
import { tellStory } from './demo/story.ts';

const stories: Readonly<Record<StoryName, (stage: Stage) => Promise<void>>> = {
  orders: tellStory,
  ecs: tellEcsStory,
  promote: tellPromoteStory,
};

/** `npm run demo`: the service on this machine, real deployments, and a check of everything that is claimed. */
async function main(): Promise<number> {
  const context = processContext();
  const { out, err } = context.output;
  const choice = readDemoArguments(process.argv.slice(2));
  if (choice.kind === 'help') {
    printLines(out, [demoUsage]);
    return 0;
  }
  if (choice.kind === 'refused') {
    printLines(err, [choice.message, demoUsage]);
    return 2;
  }
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);

  const directory = await mkdtemp(join(tmpdir(), 'deployment-service-demo-'));
  const closers: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true, maxRetries: 5 })];
  try {
    const startedMs = context.now();
    const github = await openLocalGithub(context.now);
    closers.push(() => github.close());
    const host = await startHost({
      directory: join(directory, 'host'),
      ports: { api: 0, aws: 0, services: 0 },
      providerApis: { github: github.url },
    });
    closers.push(() => host.close());
    stop.signal.throwIfAborted();
    const client = openDemoClient(host, context);
    await stories[choice.story]({ context, client, directory, host, github, startedMs, signal: stop.signal });
    if (choice.keep) await keepRunning(out, host, directory, stop.signal);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) {
      printLines(err, ['Stopping; everything that the demo started or made is removed.']);
      return 130;
    }
    if (!(error instanceof BrokenExpectation)) throw error;
    printLines(err, [err.paint.red(error.message)]);
    return 1;
  } finally {
    for (const close of closers.toReversed()) await close();
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  }
}

process.exitCode = await main();
