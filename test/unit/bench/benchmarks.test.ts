import { access, readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../bench/', import.meta.url);
const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
const names = folders.map(({ name }) => name).filter((name) => name !== 'support');

describe('the benchmarks', () => {
  it('are there', () => {
    expect(names).toEqual(expect.arrayContaining(['logs', 'overhead', 'scale']));
  });

  it.each(names)('%s can be run by its name', async (name) => {
    await expect(access(new URL(`${name}/run.ts`, root))).resolves.toBeUndefined();
    expect(await readFile(new URL(`${name}/run.ts`, root), 'utf8')).toMatch(/^export (async )?function run\(/m);
  });

  it.each(names)('%s says on which machine, with what command, when and with what result', async (name) => {
    const text = await readFile(new URL(`${name}/README.md`, root), 'utf8');
    expect(text).toContain(`npm run bench -- ${name}`);
    expect(text).toMatch(/\d+ cores, \d+ GiB, Node v\d+/);
    expect(text).toMatch(/\b20\d\d-\d\d-\d\d\b/);
    expect(text).toMatch(/not in (it|the figure)\b/i);
  });
});
