import type { Command } from 'commander';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { printJson, printLines } from '../print.ts';
import { healthLines } from '../render/health-lines.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';

export function addHealth(program: Command, run: RunCommand): void {
  program
    .command('health')
    .description('show how the deployment service is')
    .action((options: SharedOptions) => run(options, health));
}

async function health({ client, output, json, now }: Session): Promise<ExitCode> {
  const { body } = await client.health();
  if (json) printJson(output.out, body);
  else printLines(output.out, healthLines(body, output.out.paint, now()));
  return body.status === 'down' ? exitCode.failed : exitCode.ok;
}
