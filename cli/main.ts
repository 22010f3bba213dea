import { Command, CommanderError } from 'commander';
import { addApprovals } from './commands/approvals.ts';
import { addApprove } from './commands/approve.ts';
import { addAudit } from './commands/audit.ts';
import { addCancel } from './commands/cancel.ts';
import { addCompletion } from './commands/completion.ts';
import { addDeploy } from './commands/deploy.ts';
import { addHealth } from './commands/health.ts';
import { addList } from './commands/list.ts';
import { addLogin } from './commands/login.ts';
import { addLogout } from './commands/logout.ts';
import { addLogs } from './commands/logs.ts';
import { addOpen } from './commands/open.ts';
import { addRegister } from './commands/register.ts';
import { addMetrics } from './commands/metrics.ts';
import { addRetry } from './commands/retry.ts';
import { addRollback } from './commands/rollback.ts';
import { addService } from './commands/service.ts';
import { addServices } from './commands/services.ts';
import { addStatus } from './commands/status.ts';
import { addTrace } from './commands/trace.ts';
import { addValidate } from './commands/validate.ts';
import { addWhoami } from './commands/whoami.ts';
import type { CliContext } from './context.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { reportError } from './report-error.ts';
import { openSession, type RunCommand, type SharedOptions } from './session.ts';
import { unknownOptionsFirst } from './unknown-options-first.ts';
import { versionText } from './version.ts';

const verbs = [
  addValidate,
  addRegister,
  addServices,
  addService,
  addOpen,
  addDeploy,
  addStatus,
  addCancel,
  addRetry,
  addRollback,
  addApprovals,
  addApprove,
  addList,
  addLogs,
  addTrace,
  addMetrics,
  addAudit,
  addHealth,
  addLogin,
  addLogout,
  addWhoami,
  addCompletion,
];

const footnote = `
Environment: DEPLOYMENT_SERVICE_URL (address of the service; else that of the
credentials file, else http://127.0.0.1:3000), DEPLOYMENT_SERVICE_TOKEN (bearer
token), DEPLOYMENT_SERVICE_CREDENTIALS (credentials file; else the login, else
the nearest .local/credentials.json), DEPLOYMENT_SERVICE_ISSUER and
DEPLOYMENT_SERVICE_CLIENT_ID (for login), XDG_CONFIG_HOME (where logins are
kept), NO_COLOR, FORCE_COLOR.
Exit codes: 0 done, 1 deployment failed or manifest not valid, 2 wrong use,
3 service out of reach, 4 refused, 5 timed out waiting, 130 interrupted.`;

/** Runs one command line, without the program's name; what comes back is the exit code. Never throws. */
export async function runDsctl(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  let code: ExitCode = exitCode.ok;
  const program = buildProgram(context, async (options, work) => {
    code = await work(await openSession(context, { ...program.opts<SharedOptions>(), ...options }));
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    // Help and version are "errors" of commander too; what they had to say is said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    return reportError(context.output.err, error, argv.includes('--json'));
  }
}

function buildProgram({ output, checkout }: CliContext, run: RunCommand): Command {
  const { out, err } = output;
  const program = new Command('dsctl')
    .description('Talks to the deployment service.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      getOutHelpWidth: () => out.size().columns,
      getErrHelpWidth: () => err.size().columns,
      getOutHasColors: () => out.paint.enabled,
      getErrHasColors: () => err.paint.enabled,
    })
    .showHelpAfterError('(dsctl --help shows what there is)')
    .option('-V, --version', 'show the version of dsctl')
    .on('option:version', () => {
      const text = checkout === undefined ? 'unknown' : versionText(checkout);
      out.write(`${text}\n`);
      throw new CommanderError(exitCode.ok, 'commander.version', text);
    })
    .addHelpText('after', footnote);
  for (const add of verbs) add(program, run);
  for (const command of program.commands) {
    command.showHelpAfterError(`(dsctl ${command.name()} --help shows what it takes)`);
    unknownOptionsFirst(command);
  }
  for (const command of [program, ...program.commands]) {
    command
      .option('--api <address>', 'address of the service')
      .option('--json', 'answer as JSON: one document, or JSON Lines for what goes on');
  }
  return program;
}
