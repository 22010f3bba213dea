import type { Command } from 'commander';
import { ApiProblem } from '#client/api-problem.ts';
import { Unreachable } from '#client/unreachable.ts';
import { permissionsOf, reachOf, type Reach } from '#domain/access/permissions.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { readToken } from '../login/token-facts.ts';
import { printJson, printLines } from '../print.ts';
import { printable } from '../render/printable.ts';
import { table } from '../render/table.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { findToken, type FoundToken } from '../token.ts';

export function addWhoami(program: Command, run: RunCommand): void {
  program
    .command('whoami')
    .description('show as whom the service is asked, and what that may do')
    .action((options: SharedOptions) => run(options, whoami));
}

async function whoami(session: Session): Promise<ExitCode> {
  const { client, json, output, now } = session;
  const found = await findToken(session, client.baseUrl);
  const { subject, email, roles, groups, expiresAtMs } = readToken(found.token);
  // Who signed in here, or has a client here, has a token of the right issuer; one that was handed over may be anything.
  if (found.kind === 'variable') await tryToken(session);
  const permissions = [...permissionsOf(roles)];
  const reach = reachOf(roles);
  if (json) {
    const expiresAt = expiresAtMs === undefined ? undefined : new Date(expiresAtMs).toISOString();
    const from = { kind: found.kind, ...('file' in found && { file: found.file }) };
    printJson(output.out, { api: client.baseUrl, subject, email, roles, groups, permissions, reach, expiresAt, from });
    return exitCode.ok;
  }
  const { paint } = output.out;
  const clean = (text: string): string => printable(text, false);
  const listed = (names: readonly string[]): string => names.map(clean).join(', ') || 'none';
  const rows = [
    ['  token', sourceOf(found)],
    ['  until', expiresAtMs === undefined ? 'not said' : untilText(expiresAtMs, now())],
    ['  roles', listed(roles)],
    ['  groups', listed(groups)],
    ['  may', listed(permissions)],
    ['  on', reachText(reach, groups)],
  ];
  const name = subject === undefined ? 'somebody whose token only the service can read' : clean(subject);
  const about = email === undefined ? '' : ` <${clean(email)}>`;
  printLines(output.out, [`${paint.bold(name)}${about} at ${client.baseUrl}`, ...table(rows)]);
  return exitCode.ok;
}

/**
 * Has the service look at the token.
 *
 * @throws ApiProblem when it does not take it
 */
async function tryToken({ client, output }: Session): Promise<void> {
  try {
    await client.listDeployments({ query: { limit: 1 } });
  } catch (error) {
    if (error instanceof Unreachable) {
      printLines(output.err, ['The service does not answer; whether it takes the token is not known.']);
      return;
    }
    // A token without a role is a good one that may do nothing.
    if (!(error instanceof ApiProblem && error.status === 403)) throw error;
  }
}

function reachText(reach: Reach, groups: readonly string[]): string {
  if (reach === 'every-service') return 'every service';
  return groups.length > 0
    ? 'services that one of the groups owns; reading is for all'
    : 'no service, as there is no group that could own one; reading is for all';
}

function sourceOf(found: FoundToken): string {
  switch (found.kind) {
    case 'variable':
      return 'DEPLOYMENT_SERVICE_TOKEN';
    case 'login':
      return `dsctl login with ${found.login.issuer}`;
    case 'credentials':
      return `client credentials of ${found.file}`;
  }
}

function untilText(atMs: number, nowMs: number): string {
  const at = new Date(atMs).toISOString();
  return atMs > nowMs ? at : `${at}, which is over`;
}
