import { Option, type Command } from 'commander';
import { findCredentials } from '../credentials.ts';
import type { CliContext } from '../context.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { changeLogin, findLogin, loginKey, type Login } from '../login/login-file.ts';
import { signIn, type SignInWish } from '../login/sign-in.ts';
import { readToken } from '../login/token-facts.ts';
import { printJson, printLines } from '../print.ts';
import { printable } from '../render/printable.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { TokenRefused } from '../token-refused.ts';

interface LoginOptions extends SharedOptions {
  readonly as?: string;
  readonly browser: boolean;
  readonly issuer?: string;
  readonly clientId?: string;
  readonly scope: string;
  readonly audience?: string;
}

const patienceMs = 5 * 60_000;

export function addLogin(program: Command, run: RunCommand): void {
  program
    .command('login')
    .description('sign in at the service, with a browser')
    .addOption(new Option('--as <user>', 'sign in as this user without a browser, where the issuer asks nothing'))
    .option('--no-browser', 'only print the address to sign in at')
    .option('--issuer <address>', 'who signs you in (default: the one of the service on this machine)')
    .option('--client-id <id>', 'what the issuer knows dsctl as')
    .option('--scope <scopes>', 'what to ask for', 'openid profile email offline_access')
    .option('--audience <name>', 'whom the token is for, where the issuer wants to be told')
    .action((options: LoginOptions) => run(options, (session) => login(session, options)));
}

async function login(session: Session, options: LoginOptions): Promise<ExitCode> {
  const { client, json, output } = session;
  const api = loginKey(client.baseUrl);
  const wish = await wishOf(session, api, options);
  let signedIn: Login;
  try {
    signedIn = await signIn(session, wish, (address, arrival) => meet(session, options, address, arrival));
  } catch (error) {
    if (error instanceof Interrupted) return exitCode.interrupted;
    throw error;
  }
  await changeLogin(session, api, async () => signedIn);
  const { subject, roles, groups } = readToken(signedIn.accessToken);
  if (json) {
    printJson(output.out, { api, issuer: signedIn.issuer, subject, roles, groups });
    return exitCode.ok;
  }
  const { paint } = output.out;
  const who = subject === undefined ? '' : ` as ${paint.bold(printable(subject, false))}`;
  printLines(output.out, [`${paint.green('✓')} Signed in at ${api}${who}`, ...overruledBy(session)]);
  return exitCode.ok;
}

/** Shows the person the way, and waits for the browser to come back. */
async function meet(session: Session, { browser }: LoginOptions, address: URL, arrival: Promise<URL>): Promise<URL> {
  const { output, browse, onInterrupt } = session;
  printLines(output.err, [browser && browse ? 'Sign in with the browser, or at:' : 'Sign in at:', address.href]);
  if (browser) browse?.(address.href);
  const nobody = Promise.withResolvers<never>();
  const release = onInterrupt(() => nobody.reject(new Interrupted()));
  const timer = setTimeout(() => {
    nobody.reject(new TokenRefused('Nobody signed in within five minutes.', 'Begin again with "dsctl login".'));
  }, patienceMs);
  try {
    return await Promise.race([arrival, nobody.promise]);
  } finally {
    clearTimeout(timer);
    release();
  }
}

class Interrupted extends Error {}

/** What is not said: as at the last login, as the service on this machine wrote it down, or the service itself. */
async function wishOf(context: CliContext, api: string, options: LoginOptions): Promise<SignInWish> {
  const { env } = context;
  const before = await findLogin(context, api);
  const credentials = await findCredentials(context);
  const ofHost =
    credentials?.apiUrl !== undefined && loginKey(credentials.apiUrl) === api ? credentials.issuer : undefined;
  const issuer = options.issuer ?? (env['DEPLOYMENT_SERVICE_ISSUER'] || (before?.issuer ?? ofHost ?? api));
  // Another issuer knows dsctl by another id.
  const known = before?.issuer === issuer ? before.clientId : undefined;
  return {
    issuer,
    clientId: options.clientId ?? (env['DEPLOYMENT_SERVICE_CLIENT_ID'] || (known ?? 'dsctl-login')),
    scope: options.scope,
    audience: options.audience,
    as: options.as,
  };
}

/** A login that no command would use is worth a word. */
function overruledBy({ env }: CliContext): readonly string[] {
  const variable = ['DEPLOYMENT_SERVICE_TOKEN', 'DEPLOYMENT_SERVICE_CREDENTIALS'].find(
    (name) => (env[name] ?? '') !== '',
  );
  return variable === undefined ? [] : [`  ${variable} is set and counts more.`];
}
