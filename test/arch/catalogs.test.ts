import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { machineCatalog, projectCatalog, type Binding } from '#state-machines/catalog.ts';
import { generated } from '../../scripts/gen.ts';

const root = new URL('../../', import.meta.url);
const folders = ['api', 'tasks', 'events', 'streams', 'schedules', 'runner'];

describe('the catalog of functions', () => {
  test('has exactly the handlers that there are', () => {
    const handlers = folders.flatMap((folder) =>
      readdirSync(new URL(`functions/${folder}/`, root)).map((name) => `${folder}/${name}`),
    );
    expect(functionCatalog.map(({ entry }) => entry).sort()).toEqual(handlers.sort());
  });

  test('names every function once', () => {
    const names = functionCatalog.map(nameOf);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('calls an operation, its contract file and its handler by the same word', () => {
    const operations = functionCatalog.flatMap(({ entry, trigger }) =>
      trigger.kind === 'api' ? [{ entry, operation: trigger.contract.operation }] : [],
    );
    for (const { entry, operation } of operations) {
      expect(entry).toBe(`api/${operation}`);
      expect(existsSync(new URL(`schemas/api/${operation}.ts`, root)), operation).toBe(true);
    }
  });

  test('gives every request its own place', () => {
    const requests = functionCatalog.flatMap(({ trigger }) =>
      trigger.kind === 'api' ? [`${trigger.contract.method} ${trigger.contract.path}`] : [],
    );
    expect(new Set(requests).size).toBe(requests.length);
  });
});

describe('the catalog of machines', () => {
  test('has exactly the definitions that there are', () => {
    const definitions = readdirSync(new URL('state-machines/', root)).filter((file) => file.endsWith('.asl.json'));
    expect(machineCatalog.map(({ file }) => file)).toEqual(definitions);
  });

  test('binds only tasks, projects and machines that exist', () => {
    const machines: readonly string[] = machineCatalog.map(({ name }) => name);
    const tasks = functionCatalog.flatMap((row) => (row.trigger.kind === 'task' ? [nameOf(row)] : []));
    const projects: readonly string[] = projectCatalog.map(({ name }) => name);
    for (const binding of machineCatalog.flatMap(({ bindings }): Binding[] => Object.values(bindings))) {
      if (binding.kind === 'function') expect(tasks).toContain(binding.name);
      if (binding.kind === 'project') expect(projects).toContain(binding.name);
      if (binding.kind === 'machine') expect(machines).toContain(binding.name);
    }
  });

  test('uses every task of the catalog', () => {
    const bound = new Set(
      machineCatalog.flatMap(({ bindings }) =>
        Object.values(bindings).flatMap((binding) => (binding.kind === 'function' ? [binding.name] : [])),
      ),
    );
    const tasks = functionCatalog.flatMap((row) => (row.trigger.kind === 'task' ? [nameOf(row)] : []));
    expect(tasks.filter((name) => !bound.has(name))).toEqual([]);
  });
});

test.each(Object.entries(generated))('%s is what npm run gen writes', (file, make) => {
  expect(readFileSync(new URL(file, root), 'utf8')).toBe(make());
});
