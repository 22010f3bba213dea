import { describe, expect, it } from 'vitest';
import { runDsctl } from '../../../cli/main.ts';
import { givenContext, json, type Route } from './given-context.ts';
import { givenStep, givenView, id, summary } from './given-deployment.ts';

describe('dsctl status', () => {
  it.each([
    ['succeeded', 0],
    ['running', 0],
    ['failed', 1],
    ['rolled_back', 1],
  ] as const)('of a deployment that is %s exits with %d', async (status, code) => {
    const view = givenView({ status, steps: [givenStep({ status: 'succeeded', durationMs: 800 })] });
    const { context, text } = givenContext({ routes: { [`GET /v1/deployments/${id}`]: () => json(view) } });
    expect(await runDsctl(['status', id], context)).toBe(code);
    expect(text.out).toContain('✓ test      0.8 s');
    expect(text.out).toContain(status.replace('_', ' '));
  });

  it('is one JSON document when asked for', async () => {
    const { context, text } = givenContext({ routes: { [`GET /v1/deployments/${id}`]: () => json(givenView()) } });
    expect(await runDsctl(['--json', 'status', id], context)).toBe(0);
    expect(JSON.parse(text.out)).toEqual(givenView());
  });
});

describe('dsctl list', () => {
  const twoPages: Route = ({ url }) =>
    json(url.searchParams.has('cursor') ? { items: [summary] } : { items: [summary], cursor: 'next' });

  it('asks for what it is told', async () => {
    const { context, text, requests } = givenContext({ routes: { 'GET /v1/deployments': twoPages } });
    const argv = 'list --service orders --environment staging --status failed --since 2h --limit 5';
    expect(await runDsctl(argv.split(' '), context)).toBe(0);
    expect(requests).toEqual([
      'GET /v1/deployments?service=orders&environment=staging&status=failed&from=2026-01-01T10%3A00%3A00.000Z&limit=5',
    ]);
    expect(text.out.split('\n')).toHaveLength(3);
    expect(text.err).toContain('There are more');
  });

  it('turns every page with --all', async () => {
    const { context, text } = givenContext({ routes: { 'GET /v1/deployments': twoPages } });
    expect(await runDsctl(['list', '--all', '--json'], context)).toBe(0);
    expect(JSON.parse(text.out)).toEqual({ items: [summary, summary] });
  });

  it('says so when there is nothing', async () => {
    const { context, text } = givenContext({ routes: { 'GET /v1/deployments': () => json({ items: [] }) } });
    expect(await runDsctl(['list'], context)).toBe(0);
    expect(text).toEqual({ out: '', err: 'There are no such deployments.\n' });
  });

  it.each([
    [['--status', 'done'], 'Allowed choices are queued'],
    [['--limit', '0'], 'from 1 to 100'],
    [['--since', 'yesterday'], 'like 90s'],
    [['--all', '--limit', '5'], 'cannot be used with'],
  ])('refuses %j', async (argv, message) => {
    const { context, text, requests } = givenContext();
    expect(await runDsctl(['list', ...argv], context)).toBe(2);
    expect(text.err).toContain(message);
    expect(requests).toEqual([]);
  });
});

describe('dsctl logs', () => {
  const line = (step: string, text: string) => ({ at: '2026-01-01T00:00:00.000Z', step, text });
  const chunks = [
    { n: 1, lines: [line('install', 'got it')] },
    { n: 2, lines: [line('test', 'ok 1'), line('runner', 'test done')] },
  ];
  const path = `GET /v1/deployments/${id}/logs`;
  const page: Route = ({ url }) => {
    const after = Number(url.searchParams.get('after'));
    return json({ chunks: chunks.filter(({ n }) => n > after), next: 2, complete: true });
  };
  const stream: Route = () =>
    new Response(
      `${chunks.map((chunk) => `id: ${chunk.n}\ndata: ${JSON.stringify(chunk)}\n\n`).join('')}event: end\ndata: {"status":"failed"}\n\n`,
      { headers: { 'content-type': 'text/event-stream' } },
    );

  it('shows what there is, behind the names of the steps', async () => {
    const { context, text } = givenContext({ routes: { [path]: page } });
    expect(await runDsctl(['logs', id], context)).toBe(0);
    expect(text.out).toBe('install  | got it\ntest     | ok 1\nrunner   | test done\n');
  });

  it('shows one step, or what comes after a chunk', async () => {
    const step = givenContext({ routes: { [path]: page } });
    await runDsctl(['logs', id, '--step', 'test'], step.context);
    expect(step.text.out).toBe('test     | ok 1\n');
    const after = givenContext({ routes: { [path]: page } });
    await runDsctl(['logs', id, '--after', '1'], after.context);
    expect(after.text.out).toBe('test     | ok 1\nrunner   | test done\n');
  });

  it('turns the page of a long log', async () => {
    const long = Array.from({ length: 201 }, (_, index) => ({ n: index + 1, lines: [line('test', `${index + 1}`)] }));
    const { context, text } = givenContext({
      routes: {
        [path]: ({ url }) => {
          const after = Number(url.searchParams.get('after'));
          const some = long.slice(after, after + Number(url.searchParams.get('limit')));
          return json({ chunks: some, next: some.at(-1)?.n ?? after, complete: false });
        },
      },
    });
    await runDsctl(['logs', id], context);
    expect(text.out.trim().split('\n')).toHaveLength(201);
  });

  it('follows to the end, as JSON Lines too', async () => {
    const people = givenContext({ routes: { [path]: stream } });
    expect(await runDsctl(['logs', id, '-f'], people.context)).toBe(0);
    expect(people.text.out).toBe('install  | got it\ntest     | ok 1\nrunner   | test done\n');
    expect(people.text.err).toBe('The deployment is over: failed.\n');
    const program = givenContext({ routes: { [path]: stream } });
    await runDsctl(['logs', id, '-f', '--json'], program.context);
    expect(
      program.text.out
        .trim()
        .split('\n')
        .map((each) => JSON.parse(each) as unknown),
    ).toEqual([...chunks, { end: 'failed' }]);
    expect(program.held()).toBe(0);
  });

  it('says after Ctrl-C how to go on', async () => {
    const given = givenContext({
      routes: {
        [path]: () => {
          const body = new ReadableStream<Uint8Array>({
            start(controller) {
              controller.enqueue(new TextEncoder().encode(`id: 1\ndata: ${JSON.stringify(chunks[0])}\n\n`));
            },
            pull: () => given.interrupt(),
          });
          return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
        },
      },
    });
    expect(await runDsctl(['logs', id, '-f'], given.context)).toBe(130);
    expect(given.text.err).toBe(`Stopped. The rest comes with: dsctl logs ${id} -f --after 1\n`);
  });
});

describe('dsctl health', () => {
  it('shows every part, and exits with 1 only when the service is down', async () => {
    const view = {
      status: 'degraded',
      table: 'ok',
      runner: { status: 'degraded', lastHeartbeat: '2026-01-01T11:55:00.000Z' },
      queueDepth: 2,
    };
    const degraded = givenContext({ routes: { 'GET /v1/health': () => json(view) } });
    expect(await runDsctl(['health'], degraded.context)).toBe(0);
    expect(degraded.text.out).toBe(
      [
        'service  degraded',
        'table    ok',
        'runner   degraded  last heartbeat 5 min ago',
        'queue    2         deployments wait',
        '',
      ].join('\n'),
    );
    const down = givenContext({ routes: { 'GET /v1/health': () => json({ ...view, status: 'down' }, 503) } });
    expect(await runDsctl(['health', '--json'], down.context)).toBe(1);
    expect(JSON.parse(down.text.out)).toMatchObject({ status: 'down' });
  });
});

describe('dsctl', () => {
  it('says which address does not answer, and the way out', async () => {
    const { context, text } = givenContext();
    expect(await runDsctl(['list', '--api', 'http://elsewhere.test'], context)).toBe(3);
    expect(text.err).toContain('No answer from http://elsewhere.test/v1/deployments');
    expect(text.err).toContain('--api');
  });

  it.each([
    [['bogus'], "unknown command 'bogus'"],
    [['list', '--servce', 'x'], 'Did you mean --service?'],
    [['status'], "missing required argument 'id'"],
    [['list', '--api', 'ftp://x'], '"ftp://x" is not an address'],
  ])('refuses %j with 2', async (argv, message) => {
    const { context, text } = givenContext();
    expect(await runDsctl(argv, context)).toBe(2);
    expect(text.err).toContain(message);
  });

  it('explains itself', async () => {
    const { context, text } = givenContext();
    expect(await runDsctl(['--help'], context)).toBe(0);
    for (const verb of ['validate', 'register', 'deploy', 'status', 'list', 'logs', 'health', 'Exit codes']) {
      expect(text.out).toContain(verb);
    }
  });
});
