import { randomUUID } from 'node:crypto';
import { ACCOUNT, REGION } from './names.ts';

/** An event as rules see it and targets get it. */
export interface EventEnvelope {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 in whole seconds, `2026-01-01T00:00:00Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export function envelope(
  content: Pick<EventEnvelope, 'detail-type' | 'source' | 'resources' | 'detail'>,
  timeMs: number,
): EventEnvelope {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': content['detail-type'],
    source: content.source,
    account: ACCOUNT,
    time: new Date(timeMs).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region: REGION,
    resources: content.resources,
    detail: content.detail,
  };
}
