import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createLog } from '#runner/log.ts';
import { runBuild } from '#runner/run-build.ts';
import { manifestSchema } from '#schemas/service/manifest.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { givenPlan } from './given-plan.ts';
import { noCache } from './no-cache.ts';
import { memoryBlobs } from './memory-blobs.ts';
import { tempDirectory } from './temp-directory.ts';

const example = resolve('examples/orders');

/** Builds a copy of the example by its own manifest. */
async function buildOrders(change: (directory: string) => void = () => undefined) {
  const source = tempDirectory();
  cpSync(example, source, { recursive: true });
  change(source);
  const { build, reports } = manifestSchema.parse(parse(readFileSync(join(source, 'service.yaml'), 'utf8')));
  const stages = (['install', 'compile', 'test', 'bundle'] as const).flatMap((name) => {
    const stage = build[name];
    return stage ? [{ name, commands: stage.commands, timeoutSeconds: stage.timeoutSeconds }] : [];
  });
  const junit = reports.flatMap(({ type, ...rest }) => (type === 'junit' ? [{ type, ...rest }] : []));
  const blobs = memoryBlobs();
  const marks: StageMark[] = [];
  const lines: string[] = [];
  const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  const artifact = await runBuild(
    {
      plan: givenPlan({}, { stages, reports: junit, output: build.bundle.output }),
      buildId: 'build:1',
      source,
      environment: { PATH, HOME: source },
    },
    {
      blobs: blobs.store,
      marks: { post: async (mark) => void marks.push(mark) },
      log: createLog((text) => lines.push(text)),
      ...noCache,
      openRegistry: () => Promise.reject(new Error('a zip needs no registry')),
      now: () => new Date(),
      timeoutAfter: (seconds) => AbortSignal.timeout(seconds * 1000),
    },
  ).catch(() => undefined);
  return { artifact, blobs: blobs.blobs, marks, log: lines.join('') };
}

describe('the orders example', () => {
  it('is built, tested and bundled by its own manifest', async () => {
    const { artifact, blobs, marks, log } = await buildOrders();
    expect(log).toContain('[test] ');
    const test = marks.find(({ stage, status }) => stage === 'test' && status === 'succeeded');
    expect(test?.reports).toMatchObject([{ tests: 8, failures: 0, errors: 0, skipped: 0, failed: [] }]);
    const files = unzipSync(blobs.get(artifact?.key ?? '') ?? new Uint8Array());
    expect(Object.keys(files)).toEqual([
      '.deployment-service/hide-secrets.cjs',
      '.deployment-service/read-secrets.cjs',
      '.deployment-service/with-secrets',
      'index.mjs',
      'orders.mjs',
      'price.mjs',
    ]);
  });

  it('stops at its tests when the price is wrong, naming the test', async () => {
    const { artifact, marks } = await buildOrders((directory) => {
      const file = join(directory, 'src/price.mjs');
      const right = readFileSync(file, 'utf8');
      const wrong = right.replace('return goods + shipping;', 'return goods - shipping;');
      expect(wrong).not.toBe(right);
      writeFileSync(file, wrong);
    });
    expect(artifact).toBeUndefined();
    expect(marks.at(-1)).toMatchObject({ stage: 'test', status: 'failed', exitCode: 1 });
    expect(marks.at(-1)?.reports).toMatchObject([
      {
        tests: 8,
        failures: 1,
        failed: [{ name: 'adds shipping below the limit', suite: 'the price of an order' }],
      },
    ]);
    expect(marks.at(-1)?.reports?.[0]?.failed[0]?.message).toContain('760 !== 1740');
  });
});
