import type { Command } from 'commander';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { printJson, printLines } from '../print.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { UsageError } from '../usage-error.ts';

interface OpenOptions extends SharedOptions {
  readonly environment?: string;
  readonly print?: true;
}

export function addOpen(program: Command, run: RunCommand): void {
  program
    .command('open')
    .description('open a service in the browser')
    .argument('<service>', 'name of the service, or the id of one of its deployments, dep_…')
    .option('--environment <name>', 'which one, where the service has several')
    .option('--print', 'only print the address')
    .action((what: string, options: OpenOptions) => run(options, (session) => open(session, what, options)));
}

async function open(session: Session, what: string, options: OpenOptions): Promise<ExitCode> {
  const { output, json, browse } = session;
  const url = what.startsWith('dep_')
    ? await ofDeployment(session, what, options)
    : await ofService(session, what, options);
  // It comes from the service, and a desktop would start a program for a scheme of its own.
  const opens = !options.print && !json && /^https?:$/.test(URL.parse(url)?.protocol ?? '') ? browse : undefined;
  if (json) printJson(output.out, { url });
  else printLines(output.out, [url]);
  if (opens) {
    opens(url);
    printLines(output.err, ['Opening it in the browser.']);
  }
  return exitCode.ok;
}

async function ofDeployment({ client }: Session, deploymentId: string, { environment }: OpenOptions): Promise<string> {
  if (environment !== undefined) {
    throw new UsageError('--environment is about services; a deployment has one of its own.');
  }
  const { body } = await client.getDeployment({ params: { deploymentId } });
  if (body.url !== undefined) return body.url;
  throw new UsageError(
    `Deployment ${deploymentId} is not released anywhere; it is ${body.status.replaceAll('_', ' ')}.`,
    `What ${body.environment} runs now opens with: dsctl open ${body.service} --environment ${body.environment}`,
  );
}

/** What runs may have been released to another place than the one that is registered by now. */
async function ofService({ client }: Session, service: string, { environment }: OpenOptions): Promise<string> {
  const { body } = await client.getService({ params: { service } });
  const names = Object.keys(body.environments);
  const chosen = environment ?? (names.length === 1 ? names[0] : undefined);
  const target = chosen === undefined ? undefined : body.environments[chosen];
  if (chosen !== undefined && target) return body.states[chosen]?.current?.url ?? target.url;
  throw new UsageError(
    chosen === undefined
      ? `Service "${service}" has several environments.`
      : `Service "${service}" has no environment "${chosen}".`,
    `Give --environment with one of ${names.join(', ')}.`,
  );
}
