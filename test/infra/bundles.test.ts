import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { buildFunctions } from '../../scripts/build-functions.ts';

const run = promisify(execFile);
let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bundles-'));
  await buildFunctions(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Runs a module in a process of its own, with the environment that Lambda gives to a function. */
async function runLikeLambda(code: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: directory,
    timeout: 60_000,
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDLAMBDA',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
      POWERTOOLS_DEV: 'false',
      ...environment,
    },
  });
  return stdout;
}

it('every bundle loads by itself and exports its handler', async () => {
  const names = functionCatalog.map(nameOf);
  // What Lambda's own runtime puts there for functions that stream.
  const stdout = await runLikeLambda(`
    globalThis.awslambda = { streamifyResponse: (handler) => handler };
    for (const name of ${JSON.stringify(names)}) {
      const { handler } = await import('${directory}/' + name + '/index.mjs');
      process.stdout.write(name + ' ' + typeof handler + '\\n');
    }`);
  expect(stdout.trim().split('\n')).toEqual(names.map((name) => `${name} function`));
});

it('a bundle without the other credential sources signs with those of its environment', async () => {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const event = {
      pathParameters: { deploymentId: 'dep_01ARZ3NDEKTSV4RRFFQ69G5FAV' },
      headers: {},
      requestContext: { requestId: 'r', authorizer: { principalId: 'ada', permissions: 'deployment:read' } },
    };
    const stdout = await runLikeLambda(
      `const { handler } = await import('${directory}/get-deployment/index.mjs');
       const { statusCode } = await handler(${JSON.stringify(event)}, {});
       process.stdout.write('status ' + statusCode);`,
      {
        TABLE_NAME: 'records',
        AWS_LAMBDA_FUNCTION_NAME: 'deployment-service-get-deployment',
        AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      },
    );
    expect(stdout).toContain('status 404');
    expect(seen[0]?.authorization).toContain('Credential=AKIDLAMBDA/');
    expect(seen[0]?.['x-amz-security-token']).toBe('session');
    // Whose call it is, for CloudTrail.
    expect(seen[0]?.['user-agent']).toMatch(/ app\/deployment-service-get-deployment( |$)/);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
