import type { Command } from 'commander';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { parseDuration } from '../parse-duration.ts';
import { printJson, printLines } from '../print.ts';
import { metricsLines } from '../render/metrics-lines.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';

interface MetricsOptions extends SharedOptions {
  readonly service?: string;
  readonly environment?: string;
  /** Milliseconds. */
  readonly since?: number;
}

export function addMetrics(program: Command, run: RunCommand): void {
  program
    .command('metrics')
    .description('show how deployments went: success rate, durations, failures, day by day')
    .option('--service <name>', 'of this service only')
    .option('--environment <name>', 'to this environment only')
    .option('--since <duration>', 'asked for within this long (default: 30d)', parseDuration)
    .action((options: MetricsOptions) => run(options, (session) => metrics(session, options)));
}

async function metrics({ client, output, json, now }: Session, options: MetricsOptions): Promise<ExitCode> {
  const { service, environment, since } = options;
  const from = since === undefined ? undefined : new Date(now() - since).toISOString();
  const { body } = await client.getDeploymentMetrics({ query: { service, environment, from } });
  if (json) {
    printJson(output.out, body);
    return exitCode.ok;
  }
  const { out } = output;
  const look = { paint: out.paint, columns: out.size().columns, service, environment };
  printLines(out, metricsLines(body, look));
  if (!body.complete) {
    printLines(output.err, [
      'There are more deployments before these; --since, --service and --environment narrow it down.',
    ]);
  }
  return exitCode.ok;
}
