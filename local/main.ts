import { LocalUsersFault } from './api/issuer/local-users.ts';
import { DirectoryInUse } from './directory-lock.ts';
import { PortTaken } from './gateway/port-taken.ts';
import { startHost, type LocalHost } from './host.ts';
import { readStartOptions, usage, type StartOptions } from './ports.ts';

/** `npm start`: the whole service on this machine, until Ctrl-C. */
async function main(): Promise<void> {
  const options = readOptions();
  if (options === 'help') {
    process.stdout.write(usage);
    return;
  }
  const started = performance.now();
  // From the start: a host that is told to stop while it is still coming up stops in order, too.
  const signal = firstSignal();
  const host = await startHost(options);
  process.stdout.write(banner(host, options, performance.now() - started));
  await signal;
  process.stdout.write('\nStopping. Builds under way are begun again at the next start.\n');
  await host.close();
  process.exit(0);
}

function readOptions(): StartOptions | 'help' {
  try {
    return readStartOptions(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

function banner(host: LocalHost, { directory }: StartOptions, milliseconds: number): string {
  return `Deployment Service is up after ${(milliseconds / 1000).toFixed(1)} s

  API       ${host.apiUrl}/v1
  AWS       ${host.awsUrl}
  services  http://<service>.<environment>.localhost:${host.servicesPort}
  state     ${directory}/

  cli/dsctl --help   Ctrl-C to stop; everything is still there at the next start.
`;
}

/** Settles at the first SIGINT or SIGTERM; whoever sends a second one does not want to wait. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let signalled = false;
    const onSignal = (): void => {
      if (signalled) process.exit(130);
      signalled = true;
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

try {
  await main();
} catch (error) {
  if (error instanceof PortTaken) {
    process.stderr.write(
      `Port ${error.port} is taken by another process. Stop it, or choose another one:\n  npm start -- --port 3001 --aws-port 4567 --services-port 8081\n`,
    );
  } else if (error instanceof DirectoryInUse || error instanceof LocalUsersFault) {
    process.stderr.write(`${error.message}\n`);
  } else {
    console.error(error);
  }
  process.exit(1);
}
