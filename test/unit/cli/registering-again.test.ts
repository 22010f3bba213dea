import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runDsctl } from '../../../cli/main.ts';
import { givenContext, givenDirectory, json, problem, type Route } from './given-context.ts';

const target = (name: string) => ({ kind: 'lambda', functionName: name, alias: 'live', url: `http://${name}` });
const view = (environments: object) => ({
  name: 'orders',
  repository: 'https://example.com/orders.git',
  manifestPath: 'service.yaml',
  owner: 'shop',
  environments,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
});
const argv = 'register orders --repository https://example.com/orders.git --owner shop --environment staging'.split(
  ' ',
);

describe('dsctl register of what is registered', () => {
  const before = view({ staging: target('s'), production: target('p'), preview: target('old'), same: target('same') });
  const after = view({
    staging: { ...target('s'), url: 'http://else' },
    preview: target('new'),
    same: target('same'),
    load: target('l'),
  });
  const given = (get: Route, put: Route = () => json(after)) =>
    givenContext({ routes: { 'GET /v1/services/orders': get, 'PUT /v1/services/orders': put } });

  it('says which environments were added, changed and dropped', async () => {
    const { context, text } = given(() => json({ ...before, states: {} }));
    expect(await runDsctl(argv, context)).toBe(0);
    expect(text.out).toBe(
      [
        '✓ Replaced the registration of orders (https://example.com/orders.git, service.yaml, owner shop)',
        '  staging     http://else  s:live     changed',
        '  preview     http://new   new:live   changed from old:live',
        '  same        http://same  same:live',
        '  load        http://l     l:live     added',
        '  production  http://p     p:live     dropped',
        '',
      ].join('\n'),
    );
  });

  it('says nothing of it to who may not read what was registered', async () => {
    const { context, text } = given(() => problem(403, 'permission_denied'));
    expect(await runDsctl(argv, context)).toBe(0);
    expect(text.out).not.toMatch(/added|changed|dropped/);
  });

  it('shows a refusal with its places, and asks with --replace only when told to', async () => {
    const bodies: unknown[] = [];
    const { context, text } = given(
      () => json({ ...before, states: {} }),
      ({ init }) => {
        bodies.push(JSON.parse(init.body as string));
        const faults = [{ pointer: '/environments/production', message: 'p:live serves version 3' }];
        return bodies.length === 1 ? problem(409, 'conflict', { faults }) : json(after);
      },
    );
    expect(await runDsctl(argv, context)).toBe(4);
    expect(text.err).toContain('/environments/production p:live serves version 3');
    expect(await runDsctl([...argv, '--replace'], context)).toBe(0);
    expect(bodies[0]).not.toHaveProperty('replace');
    expect(bodies[1]).toHaveProperty('replace', true);
  });

  it('refuses an environment that is named twice', async () => {
    const { context, text, requests } = givenContext();
    expect(await runDsctl([...argv, '--environment', 'staging'], context)).toBe(2);
    expect(text.err).toContain('--environment staging is given twice.');
    expect(requests).toEqual([]);
  });
});

describe('a repository of this machine', () => {
  const asking = async (cwd: string, repository: string) => {
    let sent: unknown;
    const given = givenContext({
      cwd,
      routes: {
        'GET /v1/services/orders': () => problem(404, 'not_found'),
        'PUT /v1/services/orders': ({ init }) => {
          sent = (JSON.parse(init.body as string) as { repository: string }).repository;
          return json(view({}), 201);
        },
      },
    });
    const words = ['register', 'orders', '--repository', repository, '--owner', 'o', '--environment', 'x'];
    const code = await runDsctl(words, given.context);
    return { code, sent, requests: given.requests, err: given.text.err };
  };

  it.each([
    ['absent', 'does not exist'],
    ['./absent', 'does not exist'],
    ['plain', 'is no git repository'],
    ['whole/inner', 'is no git repository'],
    ['file://{}/absent', 'does not exist'],
    ['file://{}/plain', 'is no git repository'],
    ['file://host/plain', 'is no directory of this machine'],
  ])('is not asked for as %s, which %s', async (repository, complaint) => {
    await using directory = await givenDirectory();
    await mkdir(join(directory.path, 'plain'));
    await mkdir(join(directory.path, 'whole/.git'), { recursive: true });
    await mkdir(join(directory.path, 'whole/inner'));
    const { code, err, requests } = await asking(directory.path, repository.replace('{}', directory.path));
    expect([code, requests]).toEqual([2, []]);
    expect(err).toContain(complaint);
  });

  it('may be bare, and be named without its ".git"', async () => {
    await using directory = await givenDirectory();
    const bare = join(directory.path, 'orders.git');
    for (const name of ['objects', 'refs', 'HEAD']) await mkdir(join(bare, name), { recursive: true });
    const named = pathToFileURL(join(directory.path, 'orders')).href;
    expect(await asking(directory.path, 'orders.git')).toMatchObject({ code: 0, sent: pathToFileURL(bare).href });
    expect(await asking(directory.path, named)).toMatchObject({ code: 0, sent: named });
  });

  it.each(['git@example.com:orders.git', 'https://example.com/orders.git'])(
    'is not what %s is: the service judges it',
    async (repository) => {
      expect(await asking('/nowhere', repository)).toMatchObject({ code: 0, sent: repository });
    },
  );
});
