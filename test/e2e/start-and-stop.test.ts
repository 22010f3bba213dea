import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askService } from '#test/support/ask-service.ts';
import { begin, deploy, register, untilStatus } from '#test/support/deployments.ts';
import { makeRoot } from '#test/support/e2e-host.ts';
import { makeRepository } from '#test/support/git-repository.ts';
import { runHost, startHostProcess } from '#test/support/host-process.ts';
import { processesOf } from '#test/support/process-list.ts';
import { smallService } from '#test/support/small-service.ts';

describe('the host', () => {
  let root: string;
  let taken: Server;
  let port: number;

  beforeAll(async () => {
    root = await makeRoot();
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    port = (taken.address() as AddressInfo).port;
  });
  afterAll(async () => {
    await new Promise((resolve) => taken.close(resolve));
    await rm(root, { recursive: true, force: true });
  });

  it.concurrent.each(['--port', '--aws-port', '--services-port'])(
    'ends with 1 and names the port when that of %s is taken',
    async (flag) => {
      const directory = join(root, flag);
      const { code, stderr } = await runHost([flag, String(port), '--directory', directory]);
      expect(code).toBe(1);
      expect(stderr).toContain(`Port ${port} is taken`);
      expect(stderr).not.toContain('    at ');
      expect(processesOf(directory)).toEqual([]);
    },
  );

  it.concurrent.each([
    [['--port', 'http'], '--port must be a port from 0 to 65535, not "http"'],
    [['--aws-port', '65536'], '--aws-port must be a port from 0 to 65535, not "65536"'],
    [['--services-port=-1'], '--services-port must be a port from 0 to 65535, not "-1"'],
    [['--port', '3111', '--aws-port', '3111'], 'Port 3111 is asked for twice'],
    [['--prot', '3000'], "Unknown option '--prot'"],
  ])('ends with 2 and says how to use it when it is started with %j', async (args, complaint) => {
    const { code, stdout, stderr } = await runHost([...args, '--directory', join(root, 'never')]);
    expect(code).toBe(2);
    expect(stderr).toContain(complaint);
    expect(stderr).toContain('--directory DIR');
    expect(stdout).toBe('');
  });

  it('stops with 0 when it is told to at the very moment it says that it is up', async () => {
    const { code, signal, stdout } = await runHost(['--directory', join(root, 'brief')], 'Ctrl-C to stop');
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(stdout).toContain('Stopping.');
  });

  it('refuses a directory in which another host works, and leaves that one alone', async () => {
    const directory = join(root, 'shared');
    const first = await startHostProcess(directory);
    try {
      const { code, stderr } = await runHost(['--directory', directory]);
      expect(code).toBe(1);
      expect(stderr).toContain(`Another host works in ${directory}`);
      expect(stderr).not.toContain('    at ');
      expect((await first.api.request('GET', '/v1/health')).status).toBe(200);
    } finally {
      await first.end('SIGKILL');
    }
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops on %s with 0, also in the middle of a build, and takes all its processes with it',
    async (signal) => {
      const directory = join(root, signal);
      const host = await startHostProcess(directory);
      const repository = await makeRepository(join(root, `${signal}-repository`));
      await register(host.api, 'stopped', repository.url);
      const quick = await repository.commit(smallService('stopped'));
      await deploy(host.api, 'stopped', 'staging', quick);
      expect((await askService(host.servicesPort, 'stopped.staging')).status).toBe(200);
      const slow = await repository.commit(smallService('stopped', { test: ['sleep 600'], timeoutSeconds: 900 }));
      const id = await begin(host.api, 'stopped', 'production', slow);
      await untilStatus(host.api, id, ({ steps }) => steps.some(({ name }) => name === 'test'));
      expect(processesOf(directory).length).toBeGreaterThan(2);

      const stoppedAt = performance.now();
      const { code, stdout, stderr } = await host.end(signal);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('Stopping.');
      expect(performance.now() - stoppedAt).toBeLessThan(15_000);
      expect(processesOf(directory)).toEqual([]);
    },
  );
});
