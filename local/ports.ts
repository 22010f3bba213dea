import { parseArgs } from 'node:util';
import type { FaultSettings } from './gateway/faults/fault-plan.ts';
import { readFaultSettings } from './gateway/faults/read-fault-settings.ts';

export interface HostPorts {
  /** The API. */
  readonly api: number;
  /** The AWS endpoint. */
  readonly aws: number;
  /** The load balancer in front of the services. */
  readonly services: number;
}

export const defaultPorts: HostPorts = { api: 3000, aws: 4566, services: 8080 };

const settings = [
  { port: 'api', flag: 'port', variable: 'PORT' },
  { port: 'aws', flag: 'aws-port', variable: 'AWS_PORT' },
  { port: 'services', flag: 'services-port', variable: 'SERVICES_PORT' },
] as const;

export interface StartOptions {
  readonly ports: HostPorts;
  readonly directory: string;
  readonly traceEndpoint?: string;
  readonly faults?: FaultSettings;
}

export const usage = `npm start -- [options]

  --port N            API            (default 3000, or PORT)
  --aws-port N        AWS endpoint   (default 4566, or AWS_PORT)
  --services-port N   services       (default 8080, or SERVICES_PORT)
  --directory DIR     state          (default .local, or LOCAL_DIRECTORY)
  --faults WHICH      makes things go wrong on purpose, for instance seed=7,rate=0.02 (docs/faults.md)
  --help

OTEL_EXPORTER_OTLP_ENDPOINT is where traces of deployments go, for instance http://127.0.0.1:4318.
`;

/** @throws Error in words for the person who typed the arguments */
export function readStartOptions(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): StartOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string' },
      'aws-port': { type: 'string' },
      'services-port': { type: 'string' },
      directory: { type: 'string' },
      faults: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const ports = settings.map(({ port, flag, variable }) => {
    const fromFlag = values[flag];
    const given = fromFlag ?? environment[variable];
    const source = fromFlag === undefined ? variable : `--${flag}`;
    return [port, given === undefined || given === '' ? defaultPorts[port] : portIn(given, source)] as const;
  });
  const chosen = Object.fromEntries(ports) as unknown as HostPorts;
  refuseTwice(chosen);
  const traceEndpoint = traceEndpointIn(environment['OTEL_EXPORTER_OTLP_ENDPOINT']);
  return {
    ports: chosen,
    directory: values.directory ?? environment['LOCAL_DIRECTORY'] ?? '.local',
    ...(traceEndpoint !== undefined && { traceEndpoint }),
    ...(values.faults !== undefined && { faults: readFaultSettings(values.faults) }),
  };
}

function traceEndpointIn(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new Error(`OTEL_EXPORTER_OTLP_ENDPOINT must be the URL of an OTLP receiver, not "${text}".`);
}

function portIn(text: string, source: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw new Error(`${source} must be a port from 0 to 65535, not "${text}".`);
}

/** Zero lets the system choose, so it may stand twice. */
function refuseTwice(ports: HostPorts): void {
  const fixed = [ports.api, ports.aws, ports.services].filter((port) => port !== 0);
  const twice = fixed.find((port, index) => fixed.indexOf(port) !== index);
  if (twice !== undefined) throw new Error(`Port ${twice} is asked for twice; each of the three needs its own.`);
}
