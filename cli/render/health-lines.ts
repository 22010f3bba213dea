import type * as z from 'zod';
import type { health } from '#schemas/api/health.ts';
import { duration } from './duration.ts';
import type { Paint } from './paint.ts';
import { table } from './table.ts';

type Health = z.infer<typeof health.answer>;

const tones = { ok: 'green', degraded: 'yellow', down: 'red' } as const satisfies Record<Health['status'], keyof Paint>;

/** How the control plane is, part by part. */
export function healthLines(view: Health, paint: Paint, nowMs: number): readonly string[] {
  const { status, table: records, runner, queueDepth } = view;
  const word = (condition: Health['status']): string => paint[tones[condition]](condition);
  const heartbeat =
    runner.lastHeartbeat === undefined
      ? 'no heartbeat yet'
      : `last heartbeat ${duration(nowMs - Date.parse(runner.lastHeartbeat))} ago`;
  return table([
    ['service', word(status)],
    ['table', word(records)],
    ['runner', word(runner.status), heartbeat],
    ['queue', String(queueDepth), queueDepth === 1 ? 'deployment waits' : 'deployments wait'],
  ]);
}
