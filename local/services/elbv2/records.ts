import type { DatabaseSync } from 'node:sqlite';

export interface HealthCheck {
  readonly enabled: boolean;
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** Codes that are well: `200`, `200,204` or `200-499`. */
  readonly matcher: string;
}

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly port: number;
  readonly vpcId?: string;
  readonly healthCheck: HealthCheck;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly scheme: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly createdAt: string;
}

export type Action =
  | { readonly kind: 'forward'; readonly groups: readonly WeightedGroup[] }
  | { readonly kind: 'fixed'; readonly status: number; readonly contentType: string; readonly body: string };

export interface WeightedGroup {
  readonly arn: string;
  readonly weight: number;
}

export interface Listener {
  readonly arn: string;
  readonly loadBalancer: string;
  readonly port: number;
  readonly action: Action;
}

export interface Rule {
  readonly arn: string;
  readonly listener: string;
  readonly priority: number;
  /** Host names, with `*` and `?`. */
  readonly hosts: readonly string[];
  readonly action: Action;
}

interface Kinds {
  readonly 'target-group': TargetGroup;
  readonly 'load-balancer': LoadBalancer;
  readonly listener: Listener;
  readonly rule: Rule;
}
type Kind = keyof Kinds;

/** What was created, in the order of its creation. */
export interface Records {
  put<K extends Kind>(kind: K, record: Kinds[K]): void;
  find<K extends Kind>(kind: K, arn: string): Kinds[K] | undefined;
  all<K extends Kind>(kind: K): readonly Kinds[K][];
  remove(arn: string): void;
  /** Grows with every change, so that what was worked out from the records can be kept until then. */
  revision(): number;
}

export function openRecords(store: DatabaseSync): Records {
  store.exec(`
    CREATE TABLE IF NOT EXISTS elb_record (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, record TEXT NOT NULL
    ) STRICT;
  `);
  const insert = store.prepare(
    'INSERT INTO elb_record (arn, kind, record) VALUES (?, ?, ?) ON CONFLICT (arn) DO UPDATE SET record = excluded.record',
  );
  const one = store.prepare('SELECT record FROM elb_record WHERE arn = ? AND kind = ?');
  const every = store.prepare('SELECT record FROM elb_record WHERE kind = ? ORDER BY seq');
  const remove = store.prepare('DELETE FROM elb_record WHERE arn = ?');
  let revision = 0;

  return {
    put(kind, record) {
      insert.run(record.arn, kind, JSON.stringify(record));
      revision++;
    },
    find<K extends Kind>(kind: K, arn: string) {
      const row = one.get(arn, kind);
      return row && (JSON.parse(String(row['record'])) as Kinds[K]);
    },
    all<K extends Kind>(kind: K) {
      return every.all(kind).map((row) => JSON.parse(String(row['record'])) as Kinds[K]);
    },
    remove(arn) {
      remove.run(arn);
      revision++;
    },
    revision: () => revision,
  };
}
