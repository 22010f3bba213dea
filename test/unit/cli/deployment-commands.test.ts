import { describe, expect, it } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { runDsctl } from '../../../cli/main.ts';
import { givenContext, json, problem, type Route } from './given-context.ts';
import { givenStatus, givenView, id, summary } from './given-deployment.ts';

const digest = 'd'.repeat(64);
const approval: NonNullable<DeploymentView['approval']> = {
  state: 'waiting',
  artifactDigest: digest,
  groups: ['release-engineers', 'on-call'],
  quorum: 2,
  requestedAt: '2026-01-01T11:59:00.000Z',
  expiresAt: '2026-01-02T11:59:00.000Z',
  votes: [{ by: 'bob', vote: 'approve', at: '2026-01-01T11:59:30.000Z', comment: 'fine in staging' }],
};

/** Answers, and keeps what was sent. */
function noting(answer: unknown, status = 200) {
  const sent: unknown[] = [];
  const route: Route = ({ init }) => {
    sent.push(init.body === undefined ? undefined : JSON.parse(init.body as string));
    return json(answer, status);
  };
  return { sent, route };
}

describe('dsctl cancel', () => {
  const ask = `GET /v1/deployments/${id}`;
  const path = `POST /v1/deployments/${id}/cancel`;

  it('ends a deployment and says why it was asked to', async () => {
    const { sent, route } = noting({ ...summary, status: 'cancelled' }, 202);
    const { context, text } = givenContext({ routes: { [ask]: () => json(givenView()), [path]: route } });
    expect(await runDsctl(['cancel', id, '--reason', 'wrong commit'], context)).toBe(0);
    expect(sent).toEqual([{ reason: 'wrong commit' }]);
    expect(text).toEqual({ out: `orders 3f2a1bc → staging  ${id}  cancelled\n`, err: '' });
  });

  it('says that what has traffic is on its way back, and how to watch that', async () => {
    const { sent, route } = noting({ ...summary, status: 'verifying' }, 202);
    const { context, text } = givenContext({ routes: { [ask]: () => json(givenView()), [path]: route } });
    expect(await runDsctl(['cancel', id], context)).toBe(0);
    expect(sent).toEqual([{}]);
    expect(text.out).toContain('is being taken back');
    expect(text.out).toContain(`dsctl status ${id} --watch`);
  });

  it('shows it until it is over, when it is to be watched', async () => {
    const { context, text } = givenContext({
      routes: {
        [path]: () => json({ ...summary, status: 'verifying' }, 202),
        [`GET /v1/deployments/${id}/status`]: () => json(givenStatus({ status: 'rolled_back', terminal: true })),
        [`GET /v1/deployments/${id}`]: () =>
          json(givenView({ status: 'rolled_back', failure: { code: 'cancelled', message: 'Cancelled by ada.' } })),
      },
    });
    expect(await runDsctl(['cancel', id, '--watch'], context)).toBe(0);
    expect(text.out).toContain('rolled back');
    expect(text.out).toContain('Cancelled by ada. (cancelled)');
  });

  it('has not done what it was asked to when the deployment ends otherwise', async () => {
    const { context } = givenContext({
      routes: {
        [path]: () => json({ ...summary, status: 'verifying' }, 202),
        [`GET /v1/deployments/${id}/status`]: () => json(givenStatus({ status: 'rollback_failed', terminal: true })),
        [ask]: () => json(givenView({ status: 'rollback_failed' })),
      },
    });
    expect(await runDsctl(['cancel', id, '--watch'], context)).toBe(1);
  });

  it('says when that was done before', async () => {
    const before = givenView({ status: 'rolled_back', cancel: { by: 'bob', at: '2026-01-01T11:59:00.000Z' } });
    const routes = { [ask]: () => json(before), [path]: () => json({ ...summary, status: 'rolled_back' }, 202) };
    const { context, text } = givenContext({ routes });
    expect(await runDsctl(['cancel', id], context)).toBe(0);
    expect(text).toEqual({
      out: `orders 3f2a1bc → staging  ${id}  rolled back\n`,
      err: 'This deployment was cancelled already, at 2026-01-01T11:59:00.000Z by bob.\n',
    });
  });

  it('hands on a refusal', async () => {
    const routes = { [ask]: () => json(givenView()), [path]: () => problem(409, 'conflict') };
    const { context, text } = givenContext({ routes });
    expect(await runDsctl(['cancel', id], context)).toBe(4);
    expect(text.err).toContain('It is conflict.');
  });
});

describe('dsctl retry', () => {
  const path = `POST /v1/deployments/${id}/retry`;

  it('begins the next run', async () => {
    const { context, text } = givenContext({ routes: { [path]: () => json({ ...summary, run: 2 }, 202) } });
    expect(await runDsctl(['retry', id], context)).toBe(0);
    expect(text.out).toContain('queued, run 2');
    expect(text.err).toBe('');
  });

  it('says when it is on its way already, and answers programs with the deployment', async () => {
    const { context, text } = givenContext({ routes: { [path]: () => json({ ...summary, status: 'running' }) } });
    expect(await runDsctl(['retry', id, '--json'], context)).toBe(0);
    expect(text.err).toBe('This deployment is on its way already.\n');
    expect(JSON.parse(text.out)).toMatchObject({ id, status: 'running' });
  });
});

describe('dsctl approve', () => {
  const ask = `GET /v1/deployments/${id}`;
  const path = `POST /v1/deployments/${id}/approvals`;
  const waiting = () => json(givenView({ status: 'awaiting_approval', approval }));
  const { steps: _, ...details } = givenView({ status: 'releasing', approval: { ...approval, state: 'approved' } });

  it('approves what waits now, and says who agreed', async () => {
    const { sent, route } = noting(details);
    const { context, text } = givenContext({ routes: { [ask]: waiting, [path]: route } });
    expect(await runDsctl(['approve', id, '--comment', 'go'], context)).toBe(0);
    expect(sent).toEqual([{ vote: 'approve', artifactDigest: digest, comment: 'go' }]);
    expect(text.out).toBe(`orders 3f2a1bc → staging  ${id}\n  approved by bob\n    bob: fine in staging\n`);
  });

  it('decides on the artifact that was looked at, without looking again', async () => {
    const { sent, route } = noting(details);
    const { context, requests } = givenContext({ routes: { [path]: route } });
    expect(await runDsctl(['approve', id, '--reject', '--artifact', 'e'.repeat(64)], context)).toBe(0);
    expect(sent).toEqual([{ vote: 'reject', artifactDigest: 'e'.repeat(64) }]);
    expect(requests).toEqual([`POST /v1/deployments/${id}/approvals`]);
  });

  it('says how a deployment ended that can be approved no more', async () => {
    const { context, text } = givenContext({ routes: { [ask]: () => json(givenView({ status: 'succeeded' })) } });
    expect(await runDsctl(['approve', id], context)).toBe(2);
    expect(text.err).toContain('has succeeded and waits for no approval');
  });

  it('sends nothing about a deployment that never asked for approval', async () => {
    const { context, text, requests } = givenContext({ routes: { [ask]: () => json(givenView()) } });
    expect(await runDsctl(['approve', id], context)).toBe(2);
    expect(text.err).toContain('is queued and waits for no approval');
    expect(requests).toHaveLength(1);
  });
});

describe('dsctl approvals', () => {
  const path = 'GET /v1/approvals';
  const { steps: _, ...item } = givenView({ status: 'awaiting_approval', environment: 'production', approval });

  it('lists what waits: for whom, how far, until when', async () => {
    const { context, text } = givenContext({ routes: { [path]: () => json({ items: [item], more: true }) } });
    expect(await runDsctl(['approvals'], context)).toBe(0);
    for (const part of [
      id,
      'orders → production',
      '1 of 2 approved',
      'release-engineers, on-call',
      approval.expiresAt,
    ]) {
      expect(text.out).toContain(part);
    }
    expect(text.err).toBe('There are more than these.\n');
  });

  it('says so when nothing waits, and answers programs with the page', async () => {
    const none = { items: [], more: false };
    const people = givenContext({ routes: { [path]: () => json(none) } });
    expect(await runDsctl(['approvals'], people.context)).toBe(0);
    expect(people.text.out).toBe('Nothing waits for approval.\n');
    const program = givenContext({ routes: { [path]: () => json(none) } });
    expect(await runDsctl(['approvals', '--json'], program.context)).toBe(0);
    expect(JSON.parse(program.text.out)).toEqual(none);
  });
});
