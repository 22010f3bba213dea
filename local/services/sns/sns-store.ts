import { randomBytes, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '#local/store.ts';
import { notFound } from './sns-input.ts';

export interface Topic {
  readonly arn: string;
  readonly displayName: string;
}

export const PROTOCOLS = ['http', 'https', 'lambda', 'email', 'email-json'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  readonly confirmed: boolean;
  /** What confirms it. */
  readonly token: string;
  /** JSON. */
  readonly filterPolicy: string | undefined;
  readonly raw: boolean;
}

export interface SnsStore {
  putTopic(topic: Topic): void;
  topics(): readonly Topic[];
  findTopic(arn: string): Topic | undefined;
  /** @throws ServiceFault `NotFound` */
  requireTopic(arn: string): Topic;
  /** With its subscriptions; deliveries under way are not called back. */
  removeTopic(arn: string): void;
  newSubscription(content: Pick<Subscription, 'topicArn' | 'protocol' | 'endpoint'>): Subscription;
  putSubscription(subscription: Subscription): void;
  subscriptions(topicArn?: string): readonly Subscription[];
  findSubscription(arn: string): Subscription | undefined;
  /** @throws ServiceFault `NotFound` */
  requireSubscription(arn: string): Subscription;
  removeSubscription(arn: string): void;
}

export function openSnsStore(store: DatabaseSync): SnsStore {
  store.exec(`
    CREATE TABLE IF NOT EXISTS sns_topics (arn TEXT PRIMARY KEY, topic TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS sns_subscriptions (
      arn TEXT PRIMARY KEY, topic_arn TEXT NOT NULL, subscription TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS sns_subscriptions_by_topic ON sns_subscriptions (topic_arn);
  `);
  const toTopic = (row: Readonly<Record<string, unknown>>): Topic => JSON.parse(String(row['topic'])) as Topic;
  const toSubscription = (row: Readonly<Record<string, unknown>>): Subscription =>
    JSON.parse(String(row['subscription'])) as Subscription;
  const selectTopic = store.prepare('SELECT topic FROM sns_topics WHERE arn = ?');
  const selectSubscription = store.prepare('SELECT subscription FROM sns_subscriptions WHERE arn = ?');
  const selectSubscriptions = store.prepare(
    'SELECT subscription FROM sns_subscriptions WHERE topic_arn = coalesce(?, topic_arn) ORDER BY arn',
  );

  const findTopic = (arn: string): Topic | undefined => {
    const row = selectTopic.get(arn);
    return row && toTopic(row);
  };
  const findSubscription = (arn: string): Subscription | undefined => {
    const row = selectSubscription.get(arn);
    return row && toSubscription(row);
  };

  return {
    findTopic,
    findSubscription,
    putTopic(topic) {
      store
        .prepare('INSERT OR REPLACE INTO sns_topics (arn, topic) VALUES (?, ?)')
        .run(topic.arn, JSON.stringify(topic));
    },
    topics: () => store.prepare('SELECT topic FROM sns_topics ORDER BY arn').all().map(toTopic),
    requireTopic(arn) {
      const topic = findTopic(arn);
      if (!topic) throw notFound('Topic');
      return topic;
    },
    removeTopic(arn) {
      transaction(store, () => {
        store.prepare('DELETE FROM sns_subscriptions WHERE topic_arn = ?').run(arn);
        store.prepare('DELETE FROM sns_topics WHERE arn = ?').run(arn);
      });
    },
    newSubscription: (content) => ({
      ...content,
      arn: `${content.topicArn}:${randomUUID()}`,
      token: randomBytes(32).toString('hex'),
      confirmed: content.protocol === 'lambda',
      filterPolicy: undefined,
      raw: false,
    }),
    putSubscription(subscription) {
      store
        .prepare('INSERT OR REPLACE INTO sns_subscriptions (arn, topic_arn, subscription) VALUES (?, ?, ?)')
        .run(subscription.arn, subscription.topicArn, JSON.stringify(subscription));
    },
    subscriptions: (arn) => selectSubscriptions.all(arn ?? null).map(toSubscription),
    requireSubscription(arn) {
      const subscription = findSubscription(arn);
      if (!subscription) throw notFound('Subscription');
      return subscription;
    },
    removeSubscription(arn) {
      store.prepare('DELETE FROM sns_subscriptions WHERE arn = ?').run(arn);
    },
  };
}
