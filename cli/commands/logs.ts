import { Option, type Command } from 'commander';
import type { Client } from '#client/client.ts';
import type { LogEvent } from '#client/follow-logs.ts';
import { stepName } from '#schemas/workflows/status.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { wholeNumber } from '../parse-whole-number.ts';
import { printJsonLine, printLines } from '../print.ts';
import { logLines, ofStep } from '../render/log-lines.ts';
import { statusWord } from '../render/status-word.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';

interface LogOptions extends SharedOptions {
  readonly follow?: true;
  readonly step?: string;
  readonly after: number;
}

const pageSize = 200;

export function addLogs(program: Command, run: RunCommand): void {
  program
    .command('logs')
    .description('show what the steps of a deployment wrote')
    .argument('<id>', 'id of the deployment, dep_…')
    .option('-f, --follow', 'go on until the deployment is over')
    .addOption(new Option('--step <name>', 'of this step only').choices(stepName.options))
    .option('--after <number>', 'chunks after this number only', wholeNumber(0, 9_999_999_999), 0)
    .action((id: string, options: LogOptions) => run(options, (session) => logs(session, id, options)));
}

async function logs(session: Session, id: string, { follow, step, after }: LogOptions): Promise<ExitCode> {
  const { client, output, json } = session;
  const stop = new AbortController();
  const dispose = session.onInterrupt(() => stop.abort());
  let last = after;
  try {
    const events = follow
      ? client.followLogs(id, { afterNumber: after, signal: stop.signal })
      : pages(client, id, after);
    for await (const event of events) {
      if (event.kind === 'chunk') last = event.chunk.n;
      show(session, event, step);
      if (stop.signal.aborted) break;
    }
  } finally {
    dispose();
  }
  if (!stop.signal.aborted) return exitCode.ok;
  if (!json)
    printLines(output.err, [`Stopped. The rest comes with: dsctl logs ${id}${follow ? ' -f' : ''} --after ${last}`]);
  return exitCode.interrupted;
}

function show({ output, json }: Session, event: LogEvent, step: string | undefined): void {
  const { out, err } = output;
  if (event.kind === 'end') {
    if (json) printJsonLine(out, { end: event.status });
    else printLines(err, [`The deployment is over: ${statusWord(event.status, err.paint)}.`]);
    return;
  }
  const chunk = ofStep(event.chunk, step);
  if (!chunk) return;
  if (json) printJsonLine(out, chunk);
  else printLines(out, logLines(chunk, out.paint));
}

/** What there is by now. */
async function* pages(client: Client, deploymentId: string, after: number): AsyncGenerator<LogEvent, void> {
  for (let next = after; ;) {
    const { body } = await client.readLogs({ params: { deploymentId }, query: { after: next, limit: pageSize } });
    for (const chunk of body.chunks) yield { kind: 'chunk', chunk };
    if (body.chunks.length < pageSize) return;
    next = body.next;
  }
}
