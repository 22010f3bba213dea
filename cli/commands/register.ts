import type { Command } from 'commander';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { printJson, printLines } from '../print.ts';
import { table } from '../render/table.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { repositoryUrl } from '../source/repository-url.ts';

interface RegisterOptions extends SharedOptions {
  readonly repository: string;
  readonly owner: string;
  readonly environment: readonly string[];
  readonly manifestPath?: string;
}

export function addRegister(program: Command, run: RunCommand): void {
  program
    .command('register')
    .description('register a service, or replace its registration')
    .argument('<service>', 'name of the service')
    .requiredOption(
      '--repository <address>',
      'where its commits are fetched from: a URL, or a directory of this machine',
    )
    .requiredOption('--owner <team>', 'who answers for it')
    .requiredOption('--environment <name>', 'an environment it runs in; repeat it for each', collect)
    .option('--manifest-path <path>', 'its manifest in the repository (default: service.yaml)')
    .action((service: string, options: RegisterOptions) =>
      run(options, (session) => register(session, service, options)),
    );
}

async function register(session: Session, service: string, options: RegisterOptions): Promise<ExitCode> {
  const { client, cwd, json, output } = session;
  const { owner, environment, manifestPath } = options;
  const { status, body } = await client.registerService({
    params: { service },
    body: {
      repository: repositoryUrl(cwd, options.repository),
      owner,
      environments: Object.fromEntries(environment.map((name) => [name, {}])),
      ...(manifestPath !== undefined && { manifestPath }),
    },
  });
  if (json) {
    printJson(output.out, body);
    return exitCode.ok;
  }
  const { paint } = output.out;
  const rows = Object.entries(body.environments).map(([name, { functionName, alias, url }]) => [
    `  ${name}`,
    url,
    paint.dim(`${functionName}:${alias}`),
  ]);
  printLines(output.out, [
    `${paint.green('✓')} ${status === 201 ? 'Registered' : 'Replaced the registration of'} ${paint.bold(body.name)} (${body.repository}, ${body.manifestPath}, owner ${body.owner})`,
    ...table(rows),
  ]);
  return exitCode.ok;
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
