import type { Command } from 'commander';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { printJson, printLines } from '../print.ts';
import { serviceLines } from '../render/service-lines.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';

export function addService(program: Command, run: RunCommand): void {
  program
    .command('service')
    .description('show what a service runs where now, and what it ran before')
    .argument('<service>', 'name of the service')
    .action((name: string, options: SharedOptions) => run(options, (session) => service(session, name)));
}

async function service({ client, output, json, now }: Session, name: string): Promise<ExitCode> {
  const { body } = await client.getService({ params: { service: name } });
  if (json) printJson(output.out, body);
  else printLines(output.out, serviceLines(body, output.out.paint, now()));
  return exitCode.ok;
}
