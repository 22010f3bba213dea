import { describe, expect, it } from 'vitest';
import type { RollbackTarget } from '#schemas/api/list-rollback-targets.ts';
import { runDsctl } from '../../../cli/main.ts';
import { isYes } from '../../../cli/terminal/confirm.ts';
import { givenContext, json, problem, type Route } from './given-context.ts';
import { givenStatus, givenView, id, summary } from './given-deployment.ts';

const older = 'dep_01M858CBG0V1A1F8QZFSX9SM01';
const oldest = 'dep_01M858CBG0V1A1F8QZFSX9SM00';
const begun = 'dep_01M858CBG0V1A1F8QZFSX9SM99';

const target: RollbackTarget = {
  deploymentId: older,
  commit: '057109b4'.repeat(5),
  subject: 'Adds shipping',
  version: '4',
  releasedAt: '2026-01-01T10:00:00.000Z',
  actor: 'grace',
  serves: false,
  standard: true,
  feasible: true,
  effect: 'Gives version 4 all traffic.',
  checks: [
    { check: 'artifact', ok: true, message: 'artifact 0123456789ab is stored' },
    { check: 'infrastructure', ok: true, message: 'the same Lambda function as then' },
  ],
};
const serving: RollbackTarget = {
  ...target,
  deploymentId: id,
  commit: summary.commit,
  version: '5',
  releasedAt: '2026-01-01T11:58:00.000Z',
  actor: 'ada',
  serves: true,
  standard: false,
  feasible: false,
  effect: 'Nothing: it serves already.',
  checks: [{ check: 'serving', ok: false, message: 'it serves already' }],
};
const gone: RollbackTarget = {
  ...target,
  deploymentId: oldest,
  version: '3',
  standard: false,
  feasible: false,
  rolledBackBy: begun,
  checks: [{ check: 'artifact', ok: false, message: 'artifact 0123456789ab is gone' }],
};

const place = '/v1/services/orders/environments/staging';
const present = givenView({ status: 'succeeded', version: '5', finishedAt: '2026-01-01T11:58:00.000Z' });

interface Sent {
  body?: unknown;
}

function routes(sent: Sent = {}, more: Readonly<Record<string, Route>> = {}): Readonly<Record<string, Route>> {
  return {
    [`GET ${place}/rollback-targets`]: ({ url }) => {
      const to = url.searchParams.get('to');
      const all = [serving, target, gone];
      return json({ current: id, items: to === null ? all : all.filter(({ deploymentId }) => deploymentId === to) });
    },
    [`GET /v1/deployments/${id}`]: () => json(present),
    [`POST ${place}/rollbacks`]: ({ init }) => {
      sent.body = JSON.parse(init.body as string);
      return json({ ...summary, id: begun, rollback: { of: id, to: older } }, 201);
    },
    [`GET /v1/deployments/${begun}/status`]: () =>
      json(givenStatus({ id: begun, status: 'succeeded', terminal: true, version: '4' })),
    [`GET /v1/deployments/${begun}`]: () =>
      json(givenView({ id: begun, status: 'succeeded', version: '4', rollback: { of: id, to: older } })),
    ...more,
  };
}

const rollback = ['rollback', 'orders', '--environment', 'staging'];

describe('dsctl rollback', () => {
  it('shows from where to where and what was checked, begins, and watches to the end', async () => {
    const sent: Sent = {};
    const { context, text } = givenContext({ routes: routes(sent) });
    expect(await runDsctl([...rollback, '--reason', 'orders get lost'], context)).toBe(0);
    expect(sent.body).toEqual({ to: older, reason: 'orders get lost' });
    expect(text.out.split('\n').slice(0, 9)).toEqual([
      'orders in staging',
      `  from  version 5  3f2a1bc  2 min ago by ada  ${id}`,
      `  to    version 4  057109b  2 h ago by grace  ${older}  Adds shipping`,
      '',
      '  ✓ artifact        artifact 0123456789ab is stored',
      '  ✓ infrastructure  the same Lambda function as then',
      '',
      'Gives version 4 all traffic.',
      '',
    ]);
    expect(text.out).toContain('succeeded: version 4');
  });

  it('names the deployment that has to serve when it is asked by that', async () => {
    const sent: Sent = {};
    const { context } = givenContext({ routes: routes(sent) });
    expect(await runDsctl(['rollback', id, '--yes'], context)).toBe(0);
    expect(sent.body).toEqual({ to: older, deployment: id });
  });

  it('asks on a terminal, and does nothing without a yes', async () => {
    const questions: string[] = [];
    const answering = (answer: boolean) => ({
      confirm: (question: string) => {
        questions.push(question);
        return Promise.resolve(answer);
      },
    });
    const no = givenContext({ routes: routes() });
    expect(await runDsctl(rollback, { ...no.context, ...answering(false) })).toBe(1);
    expect(no.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
    expect(no.text.err).toBe('Nothing was changed.\n');
    const yes = givenContext({ routes: routes() });
    expect(await runDsctl(rollback, { ...yes.context, ...answering(true) })).toBe(0);
    expect(questions).toEqual(Array(2).fill('Roll orders back in staging?'));
    const unasked = givenContext({ routes: routes() });
    expect(await runDsctl([...rollback, '--yes'], { ...unasked.context, ...answering(false) })).toBe(0);
    expect(questions).toHaveLength(2);
  });

  it('only shows with --dry-run, for people and for programs', async () => {
    const people = givenContext({ routes: routes() });
    expect(await runDsctl([...rollback, '--dry-run'], people.context)).toBe(0);
    expect(people.text.out).toContain('Gives version 4 all traffic.');
    const program = givenContext({ routes: routes() });
    expect(await runDsctl([...rollback, '--dry-run', '--json'], program.context)).toBe(0);
    expect(JSON.parse(program.text.out)).toEqual({ current: id, items: [target] });
    expect([...people.requests, ...program.requests].filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  it('tells what is missing of a release that cannot be gone back to, and exits with 4', async () => {
    const { context, text, requests } = givenContext({ routes: routes() });
    expect(await runDsctl([...rollback, '--to', oldest], context)).toBe(4);
    expect(requests).toContain(`GET ${place}/rollback-targets?to=${oldest}`);
    expect(text.out).toContain('  ✗ artifact  artifact 0123456789ab is gone');
    expect(text.err).toBe('This release cannot be gone back to; nothing was changed.\n');
    expect(requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  it('lists the releases there are', async () => {
    const { context, text } = givenContext({ routes: routes() });
    expect(await runDsctl([...rollback, '--list'], context)).toBe(0);
    expect(text.out.split('\n')).toEqual([
      '   ID                              VERSION  COMMIT   RELEASED   BY     ROLLBACK                SUBJECT',
      `●  ${id}  5        3f2a1bc  2 min ago  ada    serves now              Adds shipping`,
      `   ${older}  4        057109b  2 h ago    grace  next                    Adds shipping`,
      `   ${oldest}  3        057109b  2 h ago    grace  not possible: artifact  Adds shipping`,
      '',
    ]);
  });

  it('says that nothing was released before, and asks for nothing', async () => {
    const none = { [`GET ${place}/rollback-targets`]: () => json({ current: id, items: [serving] }) };
    const { context, text, requests } = givenContext({ routes: routes({}, none) });
    expect(await runDsctl(rollback, context)).toBe(4);
    expect(text.err).toContain('There is no release of staging before the present one.');
    expect(requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  it('takes the only environment there is, and asks for one where there are several', async () => {
    const service = (environments: readonly string[]) =>
      json({
        name: 'orders',
        repository: 'https://git.example.com/orders.git',
        manifestPath: 'service.yaml',
        owner: 'team-a',
        createdAt: '2026-01-01T10:00:00.000Z',
        updatedAt: '2026-01-01T10:00:00.000Z',
        environments: Object.fromEntries(
          environments.map((name) => [
            name,
            { kind: 'lambda', functionName: `orders-${name}`, alias: 'live', url: `http://orders.${name}.test` },
          ]),
        ),
        states: {},
      });
    const one = givenContext({ routes: routes({}, { 'GET /v1/services/orders': () => service(['staging']) }) });
    expect(await runDsctl(['rollback', 'orders', '--yes'], one.context)).toBe(0);
    const two = givenContext({ routes: { 'GET /v1/services/orders': () => service(['staging', 'production']) } });
    expect(await runDsctl(['rollback', 'orders', '--yes'], two.context)).toBe(2);
    expect(two.text.err).toContain('Give --environment with one of staging, production.');
  });

  it('says in the words of the service why it was refused', async () => {
    const refused = { [`POST ${place}/rollbacks`]: () => problem(409, 'conflict') };
    const { context, text } = givenContext({ routes: routes({}, refused) });
    expect(await runDsctl([...rollback, '--yes'], context)).toBe(4);
    expect(text.err).toContain('It is conflict.');
  });
});

it.each([
  ['y', true],
  ['Yes', true],
  [' y ', true],
  ['', false],
  ['n', false],
  ['yesterday', false],
])('the answer %j is a yes: %s', (answer, expected) => {
  expect(isYes(answer)).toBe(expected);
});
