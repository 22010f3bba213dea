import type { Command } from 'commander';
import { Unreachable } from '#client/unreachable.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { changeLogin, loginKey, type Login } from '../login/login-file.ts';
import { endAtIssuer } from '../login/sign-in.ts';
import { printJson, printLines } from '../print.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { TokenRefused } from '../token-refused.ts';

export function addLogout(program: Command, run: RunCommand): void {
  program
    .command('logout')
    .description('forget the login at the service')
    .action((options: SharedOptions) => run(options, logout));
}

async function logout(session: Session): Promise<ExitCode> {
  const { client, json, output } = session;
  const api = loginKey(client.baseUrl);
  let ended: Login | undefined;
  await changeLogin(session, api, async (present) => {
    ended = present;
    return undefined;
  });
  const atIssuer = ended !== undefined && (await toldIssuer(session, ended));
  if (json) {
    printJson(output.out, { api, signedOut: ended !== undefined, endedAtIssuer: atIssuer });
    return exitCode.ok;
  }
  const lines = ended ? [`${output.out.paint.green('✓')} Signed out at ${api}`] : [`There is no login at ${api}.`];
  printLines(output.out, [
    ...lines,
    ...(ended?.refreshToken && !atIssuer ? [`  ${ended.issuer} was not told; the login ends there by itself.`] : []),
  ]);
  return exitCode.ok;
}

/** The login is forgotten here whatever the issuer says. */
async function toldIssuer(session: Session, login: Login): Promise<boolean> {
  try {
    return await endAtIssuer(session, login);
  } catch (error) {
    if (error instanceof Unreachable || error instanceof TokenRefused) return false;
    throw error;
  }
}
