import { once } from 'node:events';
import { printLines } from '../../cli/print.ts';
import type { OutputStream } from '../../cli/terminal/output.ts';
import type { LocalHost } from '../../local/host.ts';

/** Says how to go on with the running service, and waits for Ctrl-C. */
export async function keepRunning(
  out: OutputStream,
  host: LocalHost,
  repositories: string,
  signal: AbortSignal,
): Promise<void> {
  printLines(out, [
    '',
    'The service goes on until Ctrl-C. In another terminal:',
    '',
    `  export DEPLOYMENT_SERVICE_CREDENTIALS=${host.credentialsFile}`,
    '  npx dsctl list',
    '  npx dsctl deploy <service> --environment staging --watch',
    '',
    `The repositories are in ${repositories}; an AWS SDK or CLI finds its endpoint at ${host.awsUrl}.`,
  ]);
  if (!signal.aborted) await once(signal, 'abort');
}
