import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGithubDelivery } from '#domain/delivery/read-github-delivery.ts';
import { readGitlabDelivery } from '#domain/delivery/read-gitlab-delivery.ts';
import { refuseStale } from '#domain/delivery/refuse-stale.ts';
import { githubPush } from '#test/support/webhook-delivery.ts';

const zeros = '0'.repeat(40);

const gitlabPush = (more: Readonly<Record<string, unknown>> = {}) => ({
  object_kind: 'push',
  ref: 'refs/heads/main',
  before: 'b'.repeat(40),
  after: 'a'.repeat(40),
  user_name: 'Ada Lovelace',
  user_username: 'ada',
  user_email: '',
  project: {
    path_with_namespace: 'acme/shop/orders',
    git_http_url: 'https://gitlab.com/acme/shop/orders.git',
    git_ssh_url: 'git@gitlab.com:acme/shop/orders.git',
  },
  ...more,
});

describe('a delivery of GitHub', () => {
  it('of a push says what was pushed where, by whom and when', () => {
    const pushedAtMs = Date.parse('2026-01-01T12:00:00.000Z');
    expect(readGithubDelivery('push', githubPush({ branch: 'release/1.2', pushedAtMs }))).toEqual({
      kind: 'push',
      push: {
        provider: 'github',
        repository: 'Acme/Orders',
        branch: 'release/1.2',
        commit: 'a'.repeat(40),
        forced: false,
        pusher: { login: 'ada', name: 'ada', email: 'ada@example.com' },
        addresses: ['github.com/acme/orders'],
        pushedAtMs,
      },
    });
  });

  it.each([
    ['ping', githubPush(), /set up/],
    ['pull_request', githubPush(), /"pull_request"/],
    ['push', githubPush({ more: { ref: 'refs/tags/v1.0' } }), /"v1.0" is a tag/],
    ['push', githubPush({ more: { deleted: true, after: zeros } }), /"main" was deleted/],
    ['push', githubPush({ more: { after: zeros } }), /"main" was deleted/],
    ['push', githubPush({ more: { ref: 'refs/notes/commits' } }), /no branch/],
  ])('of the event %s (%#) comes to nothing, and says why', (event, payload, reason) => {
    const delivery = readGithubDelivery(event, payload);
    expect(delivery).toEqual({ kind: 'ignored', reason: expect.stringMatching(reason) as string });
  });

  it('of a forced push is a push like any other, marked as such', () => {
    expect(readGithubDelivery('push', githubPush({ more: { forced: true } }))).toMatchObject({
      push: { forced: true },
    });
  });

  it('without an e-mail address or a sender has none', () => {
    const delivery = readGithubDelivery('push', githubPush({ email: null, more: { sender: null } }));
    expect(delivery).toMatchObject({ push: { pusher: { login: 'ada', name: 'ada' } } });
    expect(JSON.stringify(delivery)).not.toContain('email');
  });

  it('that is no push as documented names every place', () => {
    expect(() => readGithubDelivery('push', githubPush({ commit: 'abc', more: { pusher: 7 } }))).toThrowError(
      expect.objectContaining({
        code: 'validation_error',
        faults: [expect.objectContaining({ pointer: '/after' }), expect.objectContaining({ pointer: '/pusher' })],
      }) as Error,
    );
  });
});

describe('a delivery of GitLab', () => {
  it('of a push says what was pushed where and by whom', () => {
    expect(readGitlabDelivery(gitlabPush())).toEqual({
      kind: 'push',
      push: {
        provider: 'gitlab',
        repository: 'acme/shop/orders',
        branch: 'main',
        commit: 'a'.repeat(40),
        forced: false,
        pusher: { login: 'ada', name: 'Ada Lovelace' },
        addresses: ['gitlab.com/acme/shop/orders'],
      },
    });
    expect(readGitlabDelivery(gitlabPush({ user_email: 'ada@example.com' }))).toMatchObject({
      push: { pusher: { email: 'ada@example.com' } },
    });
  });

  it.each([
    [gitlabPush({ object_kind: 'tag_push', ref: 'refs/tags/v1' }), /"tag_push"/],
    [gitlabPush({ after: zeros, checkout_sha: null }), /was deleted/],
    [{ event_name: 'repository_update' }, /"unknown"/],
    [[], /"unknown"/],
  ])('comes to nothing (%#), and says why', (payload, reason) => {
    expect(readGitlabDelivery(payload)).toEqual({ kind: 'ignored', reason: expect.stringMatching(reason) as string });
  });
});

it('a push of more than three days ago is refused, and one that does not say when is not', () => {
  const hours = (count: number) => count * 3_600_000;
  expect(() => refuseStale(0, hours(72))).not.toThrow();
  expect(() => refuseStale(undefined, hours(1_000))).not.toThrow();
  expect(() => refuseStale(0, hours(72) + 1)).toThrow('more than 72 hours ago');
});

it('the deliveries of a corpus can be read', () => {
  const folder = resolve(process.env['REPORT_CORPUS'] ?? '../shared/data', 'webhooks/github');
  if (!existsSync(folder)) {
    console.log(`No corpus of webhooks at ${folder}: nothing was read. REPORT_CORPUS names another place.`);
    return;
  }
  for (const file of readdirSync(folder)) {
    const event = file.split('.')[0] ?? '';
    const delivery = readGithubDelivery(event, JSON.parse(readFileSync(resolve(folder, file), 'utf8')));
    // The one push among them deletes a tag.
    expect(delivery, file).toMatchObject({ kind: 'ignored' });
  }
});

it('a real push is read once it is made one to a branch', () => {
  const file = resolve(
    process.env['REPORT_CORPUS'] ?? '../shared/data',
    'webhooks/github/push.with-organization.payload.json',
  );
  if (!existsSync(file)) {
    console.log(`There is no ${file}: nothing was read. REPORT_CORPUS names another place.`);
    return;
  }
  const real = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const push = { ...real, ref: 'refs/heads/main', after: 'c'.repeat(40), deleted: false };
  expect(readGithubDelivery('push', push)).toMatchObject({
    push: {
      repository: 'Codertocat/Hello-World',
      addresses: ['github.com/codertocat/hello-world'],
      pusher: { login: 'Codertocat', email: '21031067+Codertocat@users.noreply.github.com' },
      pushedAtMs: 1_557_933_657_000,
    },
  });
});
