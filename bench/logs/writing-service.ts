import type { Files } from '#test/support/git-repository.ts';

/** How much a build writes, and how fast. */
export interface Writing {
  readonly lines: number;
  readonly lineBytes: number;
  readonly linesPerSecond: number;
}

/** The test stage of the service writes; each line tells when it was written and which one it is. */
export function writingService(writing: Writing): Files {
  const manifest = {
    apiVersion: 'deployment-service/v1',
    name: 'logs',
    target: { type: 'lambda', handler: 'index.handler', runtime: 'nodejs24.x' },
    build: {
      test: { commands: ['node write.mjs'], timeoutSeconds: 1800 },
      bundle: { commands: ['mkdir dist', 'cp index.mjs dist/'], output: 'dist', timeoutSeconds: 60 },
    },
    environments: { staging: {} },
    healthCheck: { path: '/health', successes: 1 },
  };
  return {
    'service.yaml': JSON.stringify(manifest),
    'index.mjs': `export const handler = async () => ({ statusCode: 200, body: 'ok' });\n`,
    'write.mjs': writer(writing),
  };
}

/** `<milliseconds since the epoch> <number> <words>`; stamped just before it is handed to the pipe. */
export function readWrittenLine(text: string): { readonly writtenMs: number; readonly number: number } | undefined {
  const match = /^@(\d{13}\.\d) (\d+) /.exec(text);
  return match ? { writtenMs: Number(match[1]), number: Number(match[2]) } : undefined;
}

const writer = ({ lines, lineBytes, linesPerSecond }: Writing): string => `
const words = 'compiled module with dependencies resolved and checked in so many milliseconds '.repeat(20);
const started = performance.now();
let next = 0;
const timer = setInterval(() => {
  const due = Math.min(${lines}, Math.floor(((performance.now() - started) / 1000) * ${linesPerSecond}));
  while (next < due) {
    const head = '@' + (performance.timeOrigin + performance.now()).toFixed(1) + ' ' + next++ + ' ';
    process.stdout.write(head + words.slice(0, ${lineBytes} - 1 - head.length) + '\\n');
  }
  if (next >= ${lines}) clearInterval(timer);
}, 5);
`;
