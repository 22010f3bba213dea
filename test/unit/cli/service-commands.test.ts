import { describe, expect, it } from 'vitest';
import type { ServiceStateView } from '#schemas/api/service-state.ts';
import { runDsctl } from '../../../cli/main.ts';
import { openerOf } from '../../../cli/terminal/browser.ts';
import { givenContext, json, problem, type Route } from './given-context.ts';
import { givenView, id, summary } from './given-deployment.ts';

const earlier = 'dep_01M858CBG0V1A1F8QZFSX9SMHB';
const release = {
  deploymentId: id,
  version: '12',
  commit: '3f2a1bc4'.repeat(5),
  artifactDigest: 'd',
  url: 'http://s',
  releasedAt: '2026-01-01T11:58:00.000Z',
};
const target = (url: string) => ({ kind: 'lambda' as const, functionName: 'f', alias: 'live', url });
const orders: ServiceStateView = {
  name: 'orders',
  repository: 'https://example.com/orders.git',
  manifestPath: 'service.yaml',
  owner: 'shop',
  environments: { staging: target('http://s'), production: target('http://p') },
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  states: {
    staging: {
      current: release,
      previous: { ...release, deploymentId: earlier, version: '9', commit: 'a'.repeat(40) },
      last: { ...summary, id: earlier, status: 'rolled_back', commit: 'f4f72ba0'.repeat(5) },
    },
    production: {},
  },
};
const settled: ServiceStateView = {
  ...orders,
  name: 'pay',
  environments: { production: target('http://pay') },
  states: { production: { current: release, last: { ...summary, status: 'succeeded' } } },
};
const one = (service: ServiceStateView): Record<string, Route> => ({
  [`GET /v1/services/${service.name}`]: () => json(service),
});

describe('dsctl services', () => {
  const route = 'GET /v1/services';

  it('has a whole line for each environment: what serves there, and how the last deployment went', async () => {
    const { context, text } = givenContext({ routes: { [route]: () => json({ items: [orders, settled] }) } });
    expect(await runDsctl(['services'], context)).toBe(0);
    expect(text).toEqual({
      out: [
        'SERVICE  OWNER  ENVIRONMENT  VERSION  COMMIT   SINCE      STATUS',
        'orders   shop   staging      12       3f2a1bc  2 min ago  rolled back f4f72ba',
        'orders   shop   production   -        -        -          never deployed',
        'pay      shop   production   12       3f2a1bc  2 min ago  succeeded',
        '',
      ].join('\n'),
      err: '',
    });
  });

  it('says what to do when there is none', async () => {
    const { context, text } = givenContext({ routes: { [route]: () => json({ items: [] }) } });
    expect(await runDsctl(['services'], context)).toBe(0);
    expect(text.out).toBe('');
    expect(text.err).toBe('No service is registered yet; "dsctl register --help" says how to.\n');
  });

  it('asks for as many as it is told, says when there are more, and turns every page with --all', async () => {
    const twoPages: Route = ({ url }) =>
      json(url.searchParams.has('cursor') ? { items: [settled] } : { items: [orders], cursor: 'next' });
    const some = givenContext({ routes: { [route]: twoPages } });
    expect(await runDsctl(['services', '--limit', '1'], some.context)).toBe(0);
    expect(some.requests).toEqual(['GET /v1/services?limit=1']);
    expect(some.text.err).toContain('There are more');
    const all = givenContext({ routes: { [route]: twoPages } });
    expect(await runDsctl(['services', '--all', '--json'], all.context)).toBe(0);
    expect(JSON.parse(all.text.out)).toEqual({ items: [orders, settled] });
    expect(all.requests).toEqual(['GET /v1/services?limit=50', 'GET /v1/services?limit=50&cursor=next']);
  });
});

describe('dsctl service', () => {
  it('shows for each environment what runs there, what ran before, and what did not get there', async () => {
    const { context, text } = givenContext({ routes: one(orders) });
    expect(await runDsctl(['service', 'orders'], context)).toBe(0);
    expect(text.out).toBe(
      [
        'orders  owner shop',
        'https://example.com/orders.git, service.yaml',
        '',
        'staging  http://s',
        `  now     version 12   3f2a1bc  2 min ago  ${id}`,
        `  before  version 9    aaaaaaa  2 min ago  ${earlier}`,
        `  last    rolled back  f4f72ba  2 min ago  ${earlier}`,
        '',
        'production  http://p',
        '  now     nothing was released yet',
        '',
      ].join('\n'),
    );
  });

  it('does not repeat a last deployment that is the one that serves', async () => {
    const { context, text } = givenContext({ routes: one(settled) });
    await runDsctl(['service', 'pay'], context);
    expect(text.out).not.toContain('last');
    const program = givenContext({ routes: one(settled) });
    await runDsctl(['service', 'pay', '--json'], program.context);
    expect(JSON.parse(program.text.out)).toEqual(settled);
  });

  it('says what its commits are fetched with, where that is needed', async () => {
    const { context, text } = givenContext({ routes: one({ ...settled, repositoryCredentials: 'ssm:/pay/git' }) });
    await runDsctl(['service', 'pay'], context);
    expect(text.out).toContain('https://example.com/orders.git, service.yaml, fetched with ssm:/pay/git\n');
  });

  it('of a service that there is not exits as refused', async () => {
    const { context, text } = givenContext({ routes: { 'GET /v1/services/x1': () => problem(404, 'not_found') } });
    expect(await runDsctl(['service', 'x1'], context)).toBe(4);
    expect(text.err).toContain('It is not_found.');
  });
});

describe('dsctl open', () => {
  function opening(routes: Readonly<Record<string, Route>>, ...argv: string[]) {
    const opened: string[] = [];
    const { context, text } = givenContext({ routes });
    const code = runDsctl(['open', ...argv], { ...context, browse: (address) => void opened.push(address) });
    return code.then((exit) => ({ exit, opened, text }));
  }

  it.each([
    ['the only environment', settled, ['pay'], 'http://s'],
    ['an environment that runs something', orders, ['orders', '--environment', 'staging'], 'http://s'],
    ['one that runs nothing yet', orders, ['orders', '--environment', 'production'], 'http://p'],
  ])('opens %s', async (_, service, argv, address) => {
    const { exit, opened, text } = await opening(one(service), ...argv);
    expect([exit, opened]).toEqual([0, [address]]);
    expect(text).toEqual({ out: `${address}\n`, err: 'Opening it in the browser.\n' });
  });

  it('opens where a deployment was released to', async () => {
    const view = givenView({ status: 'succeeded', url: 'http://s', version: '2' });
    const { opened } = await opening({ [`GET /v1/deployments/${id}`]: () => json(view) }, id);
    expect(opened).toEqual(['http://s']);
  });

  it.each([
    ['with --print', ['pay', '--print'], 'http://s\n'],
    ['as JSON', ['pay', '--json'], '{\n  "url": "http://s"\n}\n'],
  ])('only says the address %s', async (_, argv, out) => {
    const { exit, opened, text } = await opening(one(settled), ...argv);
    expect([exit, opened, text]).toEqual([0, [], { out, err: '' }]);
  });

  it('only says the address without a desktop', async () => {
    const { context, text } = givenContext({ routes: one(settled) });
    expect(await runDsctl(['open', 'pay'], context)).toBe(0);
    expect(text).toEqual({ out: 'http://s\n', err: '' });
  });

  it('gives nothing but web addresses to the desktop', async () => {
    const states = { production: { current: { ...release, url: 'file:///etc/passwd' } } };
    const { opened, text } = await opening(one({ ...settled, states }), 'pay');
    expect([opened, text.out]).toEqual([[], 'file:///etc/passwd\n']);
  });

  it.each([
    [['orders'], 'several environments', 'one of staging, production'],
    [['orders', '--environment', 'prod'], 'no environment "prod"', 'one of staging, production'],
    [[id], 'not released anywhere; it is queued', 'dsctl open orders --environment staging'],
    [[id, '--environment', 'staging'], 'has one of its own', ''],
  ])('refuses %j and says what to give', async (argv, message, hint) => {
    const routes = { ...one(orders), [`GET /v1/deployments/${id}`]: () => json(givenView()) };
    const { exit, opened, text } = await opening(routes, ...argv);
    expect([exit, opened]).toEqual([2, []]);
    expect(text.err).toContain(message);
    expect(text.err).toContain(hint);
  });
});

describe('the desktop', () => {
  it.each([
    ['linux', { DISPLAY: ':0' }, 'xdg-open'],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'],
    ['linux', {}, undefined],
    ['linux', { DISPLAY: '' }, undefined],
    ['darwin', {}, 'open'],
    ['darwin', { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, undefined],
    ['win32', {}, 'rundll32'],
  ] as const)('of %s with %j opens with %s', (platform, env, program) => {
    expect(openerOf(platform, env)?.[0]).toBe(program);
  });
});
