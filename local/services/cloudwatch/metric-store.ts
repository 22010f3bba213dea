import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { transaction } from '#local/store.ts';

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** One value with its count, or a set of values of which only this is known. */
export interface Sample {
  readonly samples: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface Point extends Sample {
  readonly atMs: number;
  readonly unit: string;
}

export interface MetricStore {
  add(metric: Metric, points: readonly Point[]): void;
  /** From `fromMs` on and before `toMs`, oldest first. */
  points(metric: Metric, fromMs: number, toMs: number, unit?: string): readonly Point[];
  /** Metrics with points since then, in the order of namespace, name and dimensions. */
  list(sinceMs: number): readonly Metric[];
}

const DAY_MS = 86_400_000;
const KEEP_MS = 15 * DAY_MS;
const HOUR_MS = 3_600_000;

export function openMetricStore(store: DatabaseSync, clock: HostClock): MetricStore {
  store.exec(`
    CREATE TABLE IF NOT EXISTS cw_metrics (
      id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, dimensions TEXT NOT NULL, newest_ms INTEGER NOT NULL,
      UNIQUE (namespace, name, dimensions)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS cw_points (
      metric INTEGER NOT NULL, at_ms INTEGER NOT NULL, unit TEXT NOT NULL, minimum REAL NOT NULL, maximum REAL NOT NULL,
      samples REAL NOT NULL, sum REAL NOT NULL,
      PRIMARY KEY (metric, at_ms, unit, minimum, maximum)
    ) STRICT, WITHOUT ROWID;
  `);
  const touch = store.prepare(
    `INSERT INTO cw_metrics (namespace, name, dimensions, newest_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET newest_ms = max(newest_ms, excluded.newest_ms) RETURNING id`,
  );
  const find = store.prepare('SELECT id FROM cw_metrics WHERE namespace = ? AND name = ? AND dimensions = ?');
  const insert = store.prepare(
    `INSERT INTO cw_points (metric, at_ms, unit, minimum, maximum, samples, sum) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET samples = samples + excluded.samples, sum = sum + excluded.sum`,
  );
  const select = store.prepare(
    'SELECT * FROM cw_points WHERE metric = ? AND at_ms >= ? AND at_ms < ? AND unit = coalesce(?, unit) ORDER BY at_ms',
  );
  const selectMetrics = store.prepare(
    'SELECT * FROM cw_metrics WHERE newest_ms >= ? ORDER BY namespace, name, dimensions',
  );
  let nextPruneMs = 0;

  const prune = (): void => {
    const now = clock.now();
    if (now < nextPruneMs) return;
    nextPruneMs = now + HOUR_MS;
    store.prepare('DELETE FROM cw_points WHERE at_ms < ?').run(now - KEEP_MS);
    store.prepare('DELETE FROM cw_metrics WHERE newest_ms < ?').run(now - KEEP_MS);
  };

  return {
    add(metric, points) {
      if (points.length === 0) return;
      transaction(store, () => {
        prune();
        const newest = Math.max(...points.map(({ atMs }) => atMs));
        const id = Number(touch.get(metric.namespace, metric.name, textOf(metric.dimensions), newest)?.['id']);
        for (const { atMs, unit, minimum, maximum, samples, sum } of points) {
          // By the second, the finest period there is: equal values of a second share a row.
          insert.run(id, Math.floor(atMs / 1000) * 1000, unit, minimum, maximum, samples, sum);
        }
      });
    },
    points(metric, fromMs, toMs, unit) {
      const row = find.get(metric.namespace, metric.name, textOf(metric.dimensions));
      if (!row) return [];
      return select.all(Number(row['id']), fromMs, toMs, unit ?? null).map((point) => ({
        atMs: Number(point['at_ms']),
        unit: String(point['unit']),
        minimum: Number(point['minimum']),
        maximum: Number(point['maximum']),
        samples: Number(point['samples']),
        sum: Number(point['sum']),
      }));
    },
    list: (sinceMs) =>
      selectMetrics.all(sinceMs).map((row) => ({
        namespace: String(row['namespace']),
        name: String(row['name']),
        dimensions: Object.fromEntries(JSON.parse(String(row['dimensions'])) as [string, string][]),
      })),
  };
}

/** The order in which dimensions are named does not matter. */
function textOf(dimensions: Metric['dimensions']): string {
  return JSON.stringify(Object.entries(dimensions).toSorted(([one], [two]) => (one < two ? -1 : 1)));
}
