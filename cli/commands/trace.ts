import type { Command } from 'commander';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { printJson, printLines } from '../print.ts';
import { traceLines } from '../render/trace-lines.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';

export function addTrace(program: Command, run: RunCommand): void {
  program
    .command('trace')
    .description('show where the time of a deployment went')
    .argument('<id>', 'id of the deployment, dep_…')
    .action((id: string, options: SharedOptions) => run(options, (session) => trace(session, id)));
}

async function trace({ client, output, json, now }: Session, deploymentId: string): Promise<ExitCode> {
  const { body } = await client.getDeploymentTrace({ params: { deploymentId } });
  const { out } = output;
  if (json) printJson(out, body);
  else printLines(out, traceLines(body, { paint: out.paint, nowMs: now(), columns: out.size().columns }));
  return exitCode.ok;
}
