import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streamLogs, type LogChunkView } from '#schemas/api/stream-logs.ts';
import type { ApiClient } from '#test/support/api-client.ts';
import { begin, register, untilOver } from '#test/support/deployments.ts';
import { makeRoot } from '#test/support/e2e-host.ts';
import { followLog } from '#test/support/follow-log.ts';
import { makeRepository } from '#test/support/git-repository.ts';
import { startHostProcess, type HostProcess } from '#test/support/host-process.ts';
import { seededRandom } from '#test/support/seeded-random.ts';
import { smallService } from '#test/support/small-service.ts';

const lines = 3000;
const followers = 100;
const seed = 20_261_123;

/** Prints its lines over some five seconds. */
const chatter = `
let next = 0;
const timer = setInterval(() => {
  for (let turn = 0; turn < 12; turn++) console.log('line ' + next++ + ' of a long story');
  if (next >= ${lines}) clearInterval(timer);
}, 20);
`;

describe('the log of a deployment', () => {
  let root: string;
  let host: HostProcess;

  beforeAll(async () => {
    root = await makeRoot();
    host = await startHostProcess(join(root, 'state'));
  });
  afterAll(async () => {
    await host.end('SIGTERM');
    await rm(root, { recursive: true, force: true });
  });

  it(
    `reaches ${followers} followers whole and in order, however often their connections break`,
    { timeout: 90_000 },
    async () => {
      const repository = await makeRepository(join(root, 'chatty'));
      const commit = await repository.commit({
        ...smallService('chatty', { test: ['node chatter.mjs'] }),
        'chatter.mjs': chatter,
      });
      await register(host.api, 'chatty', repository.url);
      const id = await begin(host.api, 'chatty', 'staging', commit);
      const random = seededRandom(seed);
      const following = Array.from({ length: followers }, () => {
        const cuts = 3 + Math.floor(random() * 5);
        const own = seededRandom(Math.floor(random() * 2 ** 32));
        return followLog({ url: `${host.api.url}/v1/deployments/${id}/logs`, token: host.token, random: own, cuts });
      });
      const [deployment, ...followed] = await Promise.all([untilOver(host.api, id), ...following]);
      const pages = await allPages(host.api, id);

      expect(deployment.status).toBe('succeeded');
      const printed = pages
        .flatMap((chunk) => chunk.lines)
        .filter(({ step, text }) => step === 'test' && /^line \d/.test(text));
      expect(printed.map(({ text }) => text)).toEqual(
        Array.from({ length: lines }, (_, number) => `line ${number} of a long story`),
      );
      for (const { chunks, status } of followed) {
        expect(chunks.map(({ chunk }) => chunk)).toEqual(pages);
        expect(chunks.map(({ id }) => id)).toEqual(pages.map(({ n }) => String(n)));
        expect(status).toBe('succeeded');
      }

      // It only proves something if they followed what was still being written, and were cut while they did.
      const test = deployment.steps.find(({ name }) => name === 'test');
      const writtenUntilMs = Date.parse(test?.finishedAt ?? '');
      const early = followed.map(({ chunks }) => chunks.filter(({ atMs }) => atMs < writtenUntilMs).length);
      expect(early.filter((count) => count > pages.length / 4).length).toBeGreaterThan(followers / 10);
      expect(Math.min(...followed.map(({ connections }) => connections))).toBeGreaterThan(3);
    },
  );
});

async function allPages(api: ApiClient, deploymentId: string): Promise<readonly LogChunkView[]> {
  const chunks: LogChunkView[] = [];
  for (let after = 0; ;) {
    const { body } = await api.call(streamLogs, { params: { deploymentId }, query: { after, limit: 50 } });
    chunks.push(...body.chunks);
    if (body.complete) return chunks;
    if (body.chunks.length === 0) throw new Error('An empty page of a log that is not complete.');
    after = body.next;
  }
}
