import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerService } from '#schemas/api/register-service.ts';
import { deploy } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import type { Files } from '#test/support/git-repository.ts';
import { smallContainer } from '#test/support/small-container.ts';
import { smallService } from '#test/support/small-service.ts';
import { constantLoad } from '../../scripts/demo/constant-load.ts';

const replacements = 20;
const requestsPerSecond = 50;
const strategies = { immediate: { type: 'immediate' }, rolling: { type: 'rolling', batches: 2 } } as const;

let host: E2eHost;
beforeAll(async () => {
  host = await startE2eHost();
});
afterAll(() => host.close());

const targets = [
  { kind: 'lambda', files: smallService },
  { kind: 'ecs', files: smallContainer },
] as const;

describe.each(targets)('a service on $kind', ({ kind, files }) => {
  it.each(['immediate', 'rolling'] as const)(
    `fails no request while it is replaced ${replacements} times by %s`,
    { timeout: 300_000 },
    async (strategy) => {
      const service = `${kind}-${strategy}`;
      const commits = await twoCommits(service, files(service), strategies[strategy]);
      await host.api.call(registerService, {
        params: { service },
        body: { repository: commits.repository, owner: 'team-a', environments: { staging: { kind } } },
      });
      expect((await deploy(host.api, service, 'staging', commits.one)).status).toBe('succeeded');

      const load = constantLoad({ port: host.servicesPort, host: `${service}.staging.localhost`, requestsPerSecond });
      for (let turn = 1; turn <= replacements; turn++) {
        const commit = turn % 2 === 1 ? commits.two : commits.one;
        const { status, failure } = await deploy(host.api, service, 'staging', commit);
        expect(status, `replacement ${turn}: ${JSON.stringify(failure)}`).toBe('succeeded');
      }
      const { sent, failed, byCommit } = await load.stop();
      expect(failed).toEqual([]);
      expect(sent).toBeGreaterThan(replacements * 10);
      expect(Object.keys(byCommit).sort()).toEqual([commits.one, commits.two].sort());
    },
  );
});

/** Two commits of one tree each, that are built once and then take turns. */
async function twoCommits(service: string, files: Files, strategy: object) {
  const repository = await host.repository(service);
  const manifest = JSON.parse(files['service.yaml'] ?? '') as object;
  const text = JSON.stringify({ ...manifest, strategy });
  const one = await repository.commit({ ...files, 'service.yaml': text });
  const two = await repository.commit({ 'NOTES.md': 'Another one.\n' });
  return { repository: repository.url, one, two };
}
