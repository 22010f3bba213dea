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
  const host = await startHost(options);
  process.stdout.write(banner(host, options, performance.now() - started));
  stopOnSignal(host);
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

  npx dsctl --help   Ctrl-C to stop; everything is still there at the next start.
`;
}

function stopOnSignal(host: LocalHost): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    process.stdout.write('\nStopping. Builds under way are begun again at the next start.\n');
    host.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

try {
  await main();
} catch (error) {
  if (error instanceof PortTaken) {
    process.stderr.write(
      `Port ${error.port} is taken by another process. Stop it, or choose another one:\n  npm start -- --port 3001 --aws-port 4567 --services-port 8081\n`,
    );
  } else if (error instanceof DirectoryInUse) {
    process.stderr.write(`${error.message}\n`);
  } else {
    console.error(error);
  }
  process.exit(1);
}
