import { Option, type Command } from 'commander';
import type { ServiceView } from '#schemas/api/register-service.ts';
import { ApiProblem } from '#client/api-problem.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { printJson, printLines } from '../print.ts';
import { registrationLines } from '../render/registration-lines.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { repositoryUrl } from '../source/repository-url.ts';
import { UsageError } from '../usage-error.ts';

interface RegisterOptions extends SharedOptions {
  readonly repository: string;
  readonly owner: string;
  readonly environment: readonly string[];
  readonly manifestPath?: string;
  readonly credentials?: string;
  readonly connection?: string;
  readonly replace?: boolean;
  readonly target: 'lambda' | 'ecs';
  readonly cluster?: string;
  readonly controller?: 'ecs' | 'codedeploy';
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
    .option(
      '--credentials <reference>',
      'secret with its token or key: secretsmanager:<service>/git or ssm:/<service>/git',
    )
    .option('--connection <arn>', 'connection of AWS CodeConnections that it is fetched through')
    .option('--manifest-path <path>', 'its manifest in the repository (default: service.yaml)')
    .option('--replace', 'even where that leaves behind what an environment serves')
    .addOption(new Option('--target <kind>', 'what its environments are').choices(['lambda', 'ecs']).default('lambda'))
    .option('--cluster <name>', 'with --target ecs: the cluster of its ECS services (default: services)')
    .addOption(
      new Option('--controller <kind>', 'with --target ecs: who moves the traffic (default: ecs)').choices([
        'ecs',
        'codedeploy',
      ]),
    )
    .action((service: string, options: RegisterOptions) =>
      run(options, (session) => register(session, service, options)),
    );
}

async function register(session: Session, service: string, options: RegisterOptions): Promise<ExitCode> {
  const { client, cwd, json, output } = session;
  const { owner, environment, manifestPath, credentials, connection } = options;
  const target = targetOf(options);
  const repository = repositoryUrl(cwd, options.repository);
  const before = json ? undefined : await registered(session, service);
  const { status, body } = await client.registerService({
    params: { service },
    body: {
      repository,
      owner,
      environments: Object.fromEntries(environment.map((name) => [name, target])),
      ...(manifestPath !== undefined && { manifestPath }),
      ...(credentials !== undefined && { repositoryCredentials: credentials }),
      ...(connection !== undefined && { connection }),
      ...(options.replace && { replace: true }),
    },
  });
  if (json) {
    printJson(output.out, body);
    return exitCode.ok;
  }
  const { paint } = output.out;
  printLines(output.out, [
    `${paint.green('✓')} ${status === 201 ? 'Registered' : 'Replaced the registration of'} ${paint.bold(body.name)} (${body.repository}, ${body.manifestPath}, owner ${body.owner})`,
    ...registrationLines(body, status === 201 ? undefined : before, paint),
  ]);
  return exitCode.ok;
}

/** The registration so far, to say what changed. Who may register but not read is told nothing of it. */
async function registered({ client }: Session, service: string): Promise<ServiceView | undefined> {
  try {
    return (await client.getService({ params: { service } })).body;
  } catch (error) {
    if (error instanceof ApiProblem && (error.code === 'not_found' || error.code === 'permission_denied')) return;
    throw error;
  }
}

/** The same for each environment; what is absent follows from the names of service and environment. */
function targetOf({ target, cluster, controller }: RegisterOptions) {
  if (target === 'ecs') {
    return { kind: target, ...(cluster !== undefined && { cluster }), ...(controller && { controller }) };
  }
  const misplaced = cluster === undefined ? controller && '--controller' : '--cluster';
  if (misplaced === undefined) return {};
  throw new UsageError(`${misplaced} is about ECS services.`, 'Give it together with --target ecs.');
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  if (before.includes(value)) {
    throw new UsageError(`--environment ${value} is given twice.`, 'Name each environment once.');
  }
  return [...before, value];
}
