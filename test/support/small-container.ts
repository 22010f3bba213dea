import type { Files } from './git-repository.ts';

const server = `
import { createServer } from 'node:http';
const { DEPLOYMENT_COMMIT: commit, PORT: port = 8080 } = process.env;
const server = createServer((request, response) => {
  // Long enough that requests are under way when a task is told to stop.
  const answer = () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(request.url === '/health' ? { status: 'ok' } : { commit }));
  };
  if (request.url === '/health') answer();
  else setTimeout(answer, 50);
});
server.keepAliveTimeout = 65_000;
server.listen(Number(port));
process.once('SIGTERM', () => server.close());
`;

/** The files of a container service that is built and released as fast as any can be. */
export function smallContainer(name: string, more: Readonly<Record<string, unknown>> = {}): Files {
  const manifest = {
    apiVersion: 'deployment-service/v1',
    name,
    target: {
      type: 'ecs',
      baseImage: 'public.ecr.aws/docker/library/node:24-slim',
      command: ['node', 'server.mjs'],
      stopTimeoutSeconds: 10,
    },
    build: { bundle: { commands: ['mkdir dist', 'cp server.mjs dist/'], output: 'dist', timeoutSeconds: 60 } },
    environments: { staging: { scaling: { minimum: 2, maximum: 4 } } },
    healthCheck: { path: '/health', bodyContains: 'ok', successes: 1 },
    ...more,
  };
  return { 'service.yaml': `${JSON.stringify(manifest)}\n`, 'server.mjs': server };
}
