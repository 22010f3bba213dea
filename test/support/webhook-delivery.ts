import { createHmac, randomUUID } from 'node:crypto';

export const webhookSecret = 'a secret between us and the provider';

interface PushParts {
  readonly commit?: string;
  readonly branch?: string;
  /** The address of the repository; `acme/orders` on github.com by default. */
  readonly cloneUrl?: string;
  readonly login?: string;
  readonly email?: string | null;
  readonly pushedAtMs?: number;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** The part of GitHub's event `push` that anybody here looks at, and some that nobody does. */
export function githubPush(parts: PushParts = {}): Record<string, unknown> {
  const { commit = 'a'.repeat(40), branch = 'main', login = 'ada', email = 'ada@example.com' } = parts;
  const { cloneUrl = 'https://github.com/Acme/Orders.git', pushedAtMs } = parts;
  return {
    ref: `refs/heads/${branch}`,
    before: '0'.repeat(40),
    after: commit,
    created: false,
    deleted: false,
    forced: false,
    repository: {
      id: 1,
      full_name: 'Acme/Orders',
      clone_url: cloneUrl,
      ...(pushedAtMs !== undefined && { pushed_at: Math.floor(pushedAtMs / 1000) }),
      default_branch: 'main',
    },
    pusher: { name: login, email },
    sender: { login, id: 7 },
    commits: [],
    ...parts.more,
  };
}

interface Signing {
  readonly secret?: string;
  readonly event?: string;
  readonly delivery?: string;
}

/** A delivery as GitHub sends it. */
export function githubDelivery(payload: unknown, { secret = webhookSecret, event = 'push', delivery }: Signing = {}) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': delivery ?? randomUUID(),
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  return { headers, body };
}
