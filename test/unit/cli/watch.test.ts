import { describe, expect, it } from 'vitest';
import { runDsctl } from '../../../cli/main.ts';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import type { StatusView } from '#schemas/api/get-status.ts';
import { givenContext, json, problem } from './given-context.ts';
import { givenStatus, givenStep, givenView, id } from './given-deployment.ts';

const source = givenStep({ name: 'source', status: 'succeeded', durationMs: 400 });
const failure = { code: 'step_failed', message: '1 of 8 tests failed.', step: 'test' } as const;
const failed = givenStep({ status: 'failed', durationMs: 900, failure });

/** Looks at a deployment, one after the other; the last one again and again. */
const looks: readonly StatusView[] = [
  givenStatus({ status: 'queued' }),
  givenStatus({ steps: [source, givenStep()] }),
  givenStatus({ steps: [source, givenStep()] }),
  givenStatus({ steps: [source, failed], status: 'failed', terminal: true, failure }),
];
const final = givenView({ status: 'failed', failure, durationMs: 1300, steps: [source, failed] });

function routesOf(views: readonly (StatusView | Response)[], end: DeploymentView = final) {
  let look = 0;
  return {
    [`GET /v1/deployments/${id}`]: () => json(look === 0 ? givenView() : end),
    [`GET /v1/deployments/${id}/status`]: () => {
      const view = views[Math.min(look++, views.length - 1)];
      return view instanceof Response ? view.clone() : json(view);
    },
  };
}

describe('watching a deployment', () => {
  it('appends a line for every change where there is no terminal', async () => {
    const { context, text, held } = givenContext({ routes: routesOf(looks) });
    expect(await runDsctl(['status', id, '--watch'], context)).toBe(1);
    expect(text.out).toBe(
      [
        `orders 3f2a1bc → staging  ${id}`,
        '  … queued',
        '  ✓ source    0.4 s',
        '  … test      1.5 s  running',
        '  ✗ test      0.9 s',
        'failed in 1.3 s',
        'test: 1 of 8 tests failed. (step_failed)',
        '',
      ].join('\n'),
    );
    expect(held()).toBe(0);
  });

  it('draws over itself on a terminal, with a spinner that turns', async () => {
    const given = givenContext({ routes: routesOf(looks), isTerminal: true, onPause: () => given.tick() });
    expect(await runDsctl(['status', id, '--watch'], given.context)).toBe(1);
    const screens = given.text.out.split('\u001B[0J');
    expect(new Set(given.text.out.match(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g)).size).toBeGreaterThan(1);
    expect(screens.at(-1)).toContain('✗');
    expect(screens.at(-1)).toContain('1 of 8 tests failed.');
    expect(given.held()).toBe(0);
  });

  it('is JSON Lines for programs', async () => {
    const { context, text } = givenContext({ routes: routesOf(looks) });
    expect(await runDsctl(['status', id, '--watch', '--json'], context)).toBe(1);
    const lines = text.out.trim().split('\n');
    const events = lines.map(
      (line) => JSON.parse(line) as { event: string; status?: string; step?: { status: string } },
    );
    expect(events.map(({ event, status, step }) => [event, status ?? step?.status])).toEqual([
      ['deployment', undefined],
      ['status', 'queued'],
      ['step', 'succeeded'],
      ['step', 'running'],
      ['status', 'running'],
      ['step', 'failed'],
      ['status', 'failed'],
      ['finished', undefined],
    ]);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ event: 'finished', deployment: final });
  });

  describe('that waits for an approval', () => {
    const approval: NonNullable<DeploymentView['approval']> = {
      state: 'waiting',
      artifactDigest: 'd'.repeat(64),
      groups: ['release-engineers', 'on-call'],
      quorum: 2,
      requestedAt: '2026-01-01T11:59:00.000Z',
      expiresAt: '2026-01-02T11:59:00.000Z',
      votes: [],
    };
    const waits = givenStatus({ status: 'awaiting_approval' });
    const done = givenStatus({ status: 'succeeded', terminal: true });
    const given = (more: { readonly isTerminal?: boolean } = {}) => {
      let looks = 0;
      return givenContext({
        routes: {
          [`GET /v1/deployments/${id}`]: () =>
            json(
              looks < 3
                ? givenView({ status: 'awaiting_approval', approval })
                : givenView({ status: 'succeeded', durationMs: 500 }),
            ),
          [`GET /v1/deployments/${id}/status`]: () => json(looks++ < 2 ? waits : done),
        },
        ...more,
      });
    };
    const asked = 'waits for release-engineers or on-call: 0 of 2 approved, until 2026-01-02T11:59:00.000Z';

    it('says once who is asked, and how to answer', async () => {
      const { context, text, requests } = given();
      expect(await runDsctl(['status', id, '--watch'], context)).toBe(0);
      expect(text.out).toBe(
        [
          `orders 3f2a1bc → staging  ${id}`,
          '  … waits for an approval',
          `  ${asked}`,
          `  Approve it with: dsctl approve ${id}`,
          'succeeded in 0.5 s',
          '',
        ].join('\n'),
      );
      // To begin with, for who is asked, and at the end.
      expect(requests.filter((request) => request === `GET /v1/deployments/${id}`)).toHaveLength(3);
    });

    it('shows it on a terminal for as long as it waits', async () => {
      const { context, text } = given({ isTerminal: true });
      expect(await runDsctl(['status', id, '--watch'], context)).toBe(0);
      const screens = text.out.split('\u001B[0J');
      expect(screens.filter((screen) => screen.includes('dsctl approve'))).toHaveLength(2);
      expect(screens.at(-1)).not.toContain('dsctl approve');
    });

    it('tells programs the approval', async () => {
      const { context, text } = given();
      expect(await runDsctl(['status', id, '--watch', '--json'], context)).toBe(0);
      const events = text.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { event: string });
      expect(events.filter(({ event }) => event === 'approval')).toEqual([{ event: 'approval', approval }]);
    });
  });

  it('exits with 0 when it succeeded', async () => {
    const done = givenStatus({ status: 'succeeded', terminal: true });
    const end = givenView({ status: 'succeeded', version: '2', url: 'http://s', durationMs: 500 });
    const { context, text } = givenContext({ routes: routesOf([done], end) });
    expect(await runDsctl(['status', id, '--watch'], context)).toBe(0);
    expect(text.out).toContain('succeeded in 0.5 s: version 2 at http://s');
  });

  it('stops on Ctrl-C, and says that the deployment does not', async () => {
    const given = givenContext({
      routes: routesOf(looks.slice(0, 2)),
      onPause: (count) => count === 2 && given.interrupt(),
    });
    expect(await runDsctl(['status', id, '--watch'], given.context)).toBe(130);
    expect(given.text.err).toBe(
      `Stopped watching. The deployment itself goes on; see it with: dsctl status ${id} --watch\n`,
    );
    expect(given.held()).toBe(0);
  });

  it('stops when the time is up, with 5', async () => {
    const { context, text } = givenContext({ routes: routesOf(looks.slice(0, 2)) });
    expect(await runDsctl(['status', id, '--watch', '--timeout', '2m'], context)).toBe(5);
    expect(text.err).toContain('Not over after 2 min; stopped watching');
  });

  it('bears with a service that restarts, and says it once', async () => {
    const away = problem(503, 'unavailable');
    const many = Array.from({ length: 12 }, () => away);
    const [first, ...rest] = looks;
    const { context, text } = givenContext({ routes: routesOf([first ?? givenStatus(), ...many, ...rest]) });
    expect(await runDsctl(['status', id, '--watch'], context)).toBe(1);
    expect(text.err).toBe('The service does not answer; trying again.\n');
    expect(text.out).toContain('failed in 1.3 s');
  });

  it('gives a service up that stays away', async () => {
    const { context, text } = givenContext({ routes: routesOf([givenStatus(), problem(503, 'unavailable')]) });
    expect(await runDsctl(['status', id, '--watch'], context)).toBe(4);
    expect(text.err).toContain('It is unavailable.');
  });
});
