import { describe, expect, it } from 'vitest';
import { buildPlan } from '#schemas/workflows/build-plan.ts';
import { readPlan } from '#runner/read-plan.ts';
import { DEPLOYMENT, givenPlan } from './given-plan.ts';
import { memoryBlobs } from './memory-blobs.ts';

const image = {
  format: 'image',
  registry: 'registry.example',
  repository: 'services/orders',
  base: 'ecr-public/docker/library/node:24-slim',
  platform: 'linux/arm64',
  command: ['node', 'server.mjs'],
  port: 8080,
} as const;

describe('a build plan', () => {
  it('of before images makes a zip', () => {
    const { artifact: _, ...before } = givenPlan();
    expect(buildPlan.parse(before).artifact).toEqual({ format: 'zip' });
  });

  it('can make an image', () => {
    expect(givenPlan({}, { artifact: { ...image, command: [...image.command] } }).artifact).toEqual(image);
  });

  it.each([
    ['leads out of the source', { directory: '../other' }],
    ['has an absolute output', { output: '/etc' }],
    ['has a report outside', { reports: [{ stage: 'test', type: 'junit', path: 'a/../../b.xml' }] }],
    ['has a variable with no proper name', { environment: { 'A-B': '1' } }],
    ['does not end with bundle', { stages: [{ name: 'test', commands: ['true'], timeoutSeconds: 1 }] }],
    ['has no commands', { stages: [{ name: 'bundle', commands: [], timeoutSeconds: 1 }] }],
    [
      'has its stages in another order',
      {
        stages: ['test', 'install', 'bundle'].map((name) => ({ name, commands: ['true'], timeoutSeconds: 1 })),
      },
    ],
    [
      'has two reports that would lie under one key',
      { reports: ['a/junit.xml', 'b/junit.xml'].map((path) => ({ stage: 'test', type: 'junit', path })) },
    ],
    ['is of another version', { version: 2 }],
    ['makes an artifact of an unknown format', { artifact: { format: 'rpm' } }],
    ['makes an image for another kind of machine', { artifact: { ...image, platform: 'windows/amd64' } }],
    ['makes an image that starts nothing', { artifact: { ...image, command: [] } }],
    ['pushes to a repository with a tag in its name', { artifact: { ...image, repository: 'services/orders:v1' } }],
  ])('is refused when it %s', (_, change) => {
    expect(buildPlan.safeParse({ ...givenPlan(), ...change }).success).toBe(false);
  });
});

describe('reading the plan', () => {
  const request = { key: 'plans/1.json', deploymentId: DEPLOYMENT };
  const stored = async (content: string | undefined) => {
    const { store, blobs } = memoryBlobs();
    if (content !== undefined) blobs.set(request.key, Buffer.from(content));
    return readPlan(store, request);
  };

  it('gives the plan that was written', async () => {
    expect(await stored(JSON.stringify(givenPlan()))).toEqual(givenPlan());
  });

  it('says what is wrong with it', async () => {
    await expect(stored(undefined)).rejects.toThrow('there is no plan at plans/1.json');
    await expect(stored('{')).rejects.toThrow('the plan at plans/1.json is not JSON');
    await expect(stored(JSON.stringify({ ...givenPlan(), output: 7 }))).rejects.toThrow(/not valid[^]*output/);
    const other = { ...givenPlan(), deploymentId: 'dep_01JD0000000000000000000001' };
    await expect(stored(JSON.stringify(other))).rejects.toThrow(`is for ${other.deploymentId}, the build for`);
  });
});
