import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runDsctl } from '../../../cli/main.ts';
import { givenContext, givenDirectory, json, problem, type Route } from './given-context.ts';
import { id, summary } from './given-deployment.ts';

const commit = summary.commit;

describe('dsctl validate', () => {
  it('says that a manifest is valid', async () => {
    await using directory = await givenDirectory();
    await writeFile(join(directory.path, 'service.yaml'), 'name: orders\n');
    let sent: unknown;
    const { context, text } = givenContext({
      cwd: directory.path,
      routes: {
        'POST /v1/manifests/validate': ({ init }) => {
          sent = init.body;
          return json({ valid: true, name: 'orders', faults: [] });
        },
      },
    });
    expect(await runDsctl(['validate'], context)).toBe(0);
    expect(sent).toBe('name: orders\n');
    expect(text).toEqual({ out: '✓ service.yaml is valid: service orders\n', err: '' });
  });

  it('shows the faults of another file and exits with 1, as JSON too', async () => {
    await using directory = await givenDirectory();
    await writeFile(join(directory.path, 'other.yaml'), 'nam: orders\n');
    const fault = { code: 'unknown_key', pointer: '/nam', line: 1, column: 1, message: 'No.', suggestion: 'name' };
    const given = () =>
      givenContext({
        cwd: directory.path,
        routes: { 'POST /v1/manifests/validate': () => json({ valid: false, faults: [fault] }) },
      });
    const people = given();
    expect(await runDsctl(['validate', 'other.yaml'], people.context)).toBe(1);
    expect(people.text.out).toBe(
      'other.yaml:1:1  No.  (did you mean name?)\n    1 | nam: orders\n      | ^\n\nother.yaml has 1 fault.\n',
    );
    const program = given();
    expect(await runDsctl(['validate', 'other.yaml', '--json'], program.context)).toBe(1);
    expect(JSON.parse(program.text.out)).toEqual({ file: 'other.yaml', valid: false, faults: [fault] });
  });

  it('shows what is not supported yet as warnings, and exits with 0: the file is valid', async () => {
    await using directory = await givenDirectory();
    await writeFile(join(directory.path, 'service.yaml'), 'name: orders\ngates: [1]\n');
    const warning = { code: 'unsupported', pointer: '/gates', line: 2, column: 1, message: 'Not yet.' };
    const { context, text } = givenContext({
      cwd: directory.path,
      routes: {
        'POST /v1/manifests/validate': () => json({ valid: true, name: 'orders', faults: [], warnings: [warning] }),
      },
    });
    expect(await runDsctl(['validate'], context)).toBe(0);
    expect(text.out).toBe(
      [
        'service.yaml:2:1  warning: Not yet.',
        '    1 | name: orders',
        '    2 | gates: [1]',
        '      | ^',
        '',
        '! service.yaml is valid: service orders, with 1 warning: deployments that need it are refused.',
        '',
      ].join('\n'),
    );
  });

  it('asks nobody about a file that is not there', async () => {
    const { context, text, requests } = givenContext();
    expect(await runDsctl(['validate'], context)).toBe(2);
    expect(text.err).toContain('/nowhere/service.yaml cannot be read');
    expect(requests).toEqual([]);
  });
});

describe('dsctl register', () => {
  const view = {
    name: 'orders',
    repository: 'https://example.com/orders.git',
    manifestPath: 'deploy/service.yaml',
    owner: 'shop',
    environments: {
      staging: { functionName: 'orders-staging', alias: 'live', url: 'http://s' },
      production: { functionName: 'orders-production', alias: 'live', url: 'http://p' },
    },
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  };

  const unknown: Route = () => problem(404, 'not_found');

  it('sends every environment and shows where each one is', async () => {
    let sent = '';
    const { context, text } = givenContext({
      routes: {
        'GET /v1/services/orders': unknown,
        'PUT /v1/services/orders': ({ init }) => {
          sent = init.body as string;
          return json(view, 201);
        },
      },
    });
    const argv = 'register orders --repository https://example.com/orders.git --owner shop --environment staging';
    const more = '--environment production --manifest-path deploy/service.yaml';
    expect(await runDsctl(`${argv} ${more}`.split(' '), context)).toBe(0);
    expect(JSON.parse(sent)).toEqual({
      repository: 'https://example.com/orders.git',
      owner: 'shop',
      manifestPath: 'deploy/service.yaml',
      environments: { staging: {}, production: {} },
    });
    expect(text.out).toBe(
      [
        '✓ Registered orders (https://example.com/orders.git, deploy/service.yaml, owner shop)',
        '  staging     http://s  orders-staging:live',
        '  production  http://p  orders-production:live',
        '',
      ].join('\n'),
    );
  });

  it('takes a directory for a repository of this machine', async () => {
    await using directory = await givenDirectory();
    await mkdir(join(directory.path, '.git'));
    let sent = '';
    const { context, text } = givenContext({
      cwd: directory.path,
      routes: {
        'GET /v1/services/orders': unknown,
        'PUT /v1/services/orders': ({ init }) => {
          sent = init.body as string;
          return json(view, 200);
        },
      },
    });
    await runDsctl(['register', 'orders', '--repository', '.', '--owner', 'o', '--environment', 'x'], context);
    expect(JSON.parse(sent)).toMatchObject({ repository: pathToFileURL(directory.path).href });
    expect(text.out).toContain('Replaced the registration of orders');
  });

  it('needs its options', async () => {
    const { context, text } = givenContext();
    expect(await runDsctl(['register', 'orders', '--owner', 'shop'], context)).toBe(2);
    expect(text.err).toContain("required option '--repository <address>' not specified");
  });
});

describe('dsctl deploy', () => {
  const created: Route = () => json(summary, 201);

  it('sends a full commit as it is, with the idempotency key', async () => {
    let sent: RequestInit = {};
    const { context, text } = givenContext({
      routes: {
        'POST /v1/deployments': ({ init }) => {
          sent = init;
          return json(summary, 201);
        },
      },
    });
    const argv = ['deploy', 'orders', '--environment', 'staging', '--commit', commit, '--idempotency-key', 'k'];
    expect(await runDsctl(argv, context)).toBe(0);
    expect(JSON.parse(sent.body as string)).toEqual({ service: 'orders', environment: 'staging', commit });
    expect(sent.headers).toMatchObject({ 'idempotency-key': 'k', authorization: 'Bearer token' });
    expect(text.out).toBe(`orders 3f2a1bc → staging  ${id}  queued\nWatch it with: dsctl status ${id} --watch\n`);
  });

  it('takes HEAD of the repository around it, and says what is not in there', async () => {
    await using directory = await givenDirectory();
    const git = (...command: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-C', directory.path, ...command], {
        encoding: 'utf8',
      }).trim();
    git('init', '-q', '-b', 'main');
    await writeFile(join(directory.path, 'a'), '1');
    git('add', '-A');
    git('commit', '-q', '--no-gpg-sign', '-m', 'one');
    await writeFile(join(directory.path, 'a'), '2');
    let sent = '';
    const { context, text } = givenContext({
      cwd: directory.path,
      routes: {
        'POST /v1/deployments': ({ init }) => {
          sent = init.body as string;
          return json(summary, 201);
        },
      },
    });
    expect(await runDsctl(['deploy', 'orders', '--environment', 'staging', '--json'], context)).toBe(0);
    expect(JSON.parse(sent)).toMatchObject({ commit: git('rev-parse', 'HEAD') });
    expect(JSON.parse(text.out)).toEqual(summary);
    expect(text.err).toContain('not committed');

    expect(await runDsctl(['deploy', 'orders', '--environment', 'staging', '--commit', 'nope'], context)).toBe(2);
    expect(text.err).toContain('"nope" is no commit in');
  });

  describe('with a manifest in the commit', () => {
    const warning = { code: 'unsupported', pointer: '/gates', line: 1, column: 1, message: 'Not yet.' };
    const argv = ['deploy', 'orders', '--environment', 'staging'];

    /** A repository whose working tree is newer than its commit, and a service with this verdict. */
    async function givenVerdict(directory: string, verdict: () => Response) {
      const git = (...command: string[]) =>
        execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-C', directory, ...command]);
      git('init', '-q', '-b', 'main');
      await writeFile(join(directory, 'service.yaml'), 'committed: 1\n');
      git('add', '-A');
      git('commit', '-q', '--no-gpg-sign', '-m', 'one');
      await writeFile(join(directory, 'service.yaml'), 'newer: 1\n');
      const asked: unknown[] = [];
      const given = givenContext({
        cwd: directory,
        routes: {
          'POST /v1/manifests/validate': ({ url, init }) => {
            asked.push([url.search, init.body]);
            return verdict();
          },
          'POST /v1/deployments': created,
        },
      });
      return { ...given, asked };
    }

    it('asks for it with what the commit holds, for the environment', async () => {
      await using directory = await givenDirectory();
      const { context, asked, requests } = await givenVerdict(directory.path, () =>
        json({ valid: true, name: 'orders', faults: [], warnings: [] }),
      );
      expect(await runDsctl(argv, context)).toBe(0);
      expect(asked).toEqual([['?environment=staging', 'committed: 1\n']]);
      expect(requests.at(-1)).toBe('POST /v1/deployments');
    });

    it.each([
      ['faults', { valid: false, faults: [warning] }],
      ['what is not supported yet', { valid: true, name: 'orders', faults: [], warnings: [warning] }],
    ])('deploys nothing when there are %s', async (_, verdict) => {
      await using directory = await givenDirectory();
      const { context, text, requests } = await givenVerdict(directory.path, () => json(verdict));
      expect(await runDsctl(argv, context)).toBe(1);
      expect(requests).toEqual(['POST /v1/manifests/validate?environment=staging']);
      expect(text.err).toMatch(/[0-9a-f]{7}:service\.yaml:1:1 {2}.*Not yet\.\n/);
      expect(text.err).toContain('Nothing was deployed.');
      expect(text.out).toBe('');
    });

    it.each([
      ['belongs to another service', () => json({ valid: true, name: 'other', faults: [], warnings: [warning] })],
      ['may not be asked about', () => problem(403, 'permission_denied')],
    ])('leaves the decision to the service when it %s', async (_, verdict) => {
      await using directory = await givenDirectory();
      const { context, requests } = await givenVerdict(directory.path, verdict);
      expect(await runDsctl(argv, context)).toBe(0);
      expect(requests.at(-1)).toBe('POST /v1/deployments');
    });

    it('does not look with --no-check', async () => {
      await using directory = await givenDirectory();
      const { context, requests } = await givenVerdict(directory.path, () => json({ valid: false, faults: [warning] }));
      expect(await runDsctl([...argv, '--no-check'], context)).toBe(0);
      expect(requests).toEqual(['POST /v1/deployments']);
    });
  });

  it('says when the deployment is an earlier one', async () => {
    const { context, text } = givenContext({ routes: { 'POST /v1/deployments': () => json(summary, 200) } });
    await runDsctl(['deploy', 'orders', '--environment', 'staging', '--commit', commit], context);
    expect(text.err).toContain('asked for before');
  });

  it('shows what was probably meant when it is refused', async () => {
    const faults = [{ pointer: '/environment', message: 'must be one of staging, production', suggestion: 'staging' }];
    const given = () =>
      givenContext({ routes: { 'POST /v1/deployments': () => problem(422, 'validation_error', { faults }) } });
    const argv = ['deploy', 'orders', '--environment', 'stagin', '--commit', commit];
    const people = given();
    expect(await runDsctl(argv, people.context)).toBe(4);
    expect(people.text).toEqual({
      out: '',
      err: [
        'Error: It is validation_error.',
        '  /environment must be one of staging, production  (did you mean staging?)',
        'validation_error, request req-1',
        '',
      ].join('\n'),
    });
    const program = given();
    expect(await runDsctl([...argv, '--json'], program.context)).toBe(4);
    expect(JSON.parse(program.text.err)).toMatchObject({ error: { code: 'validation_error', status: 422, faults } });
  });

  it('limits only watching', async () => {
    const { context, text, requests } = givenContext({ routes: { 'POST /v1/deployments': created } });
    const argv = ['deploy', 'orders', '--environment', 'staging', '--commit', commit, '--timeout', '5m'];
    expect(await runDsctl(argv, context)).toBe(2);
    expect(text.err).toContain('--watch');
    expect(requests).toEqual([]);
  });
});
