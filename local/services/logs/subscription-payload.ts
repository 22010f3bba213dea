import { gzipSync } from 'node:zlib';
import { eventId } from './event-id.ts';
import { LOG_OWNER } from './log-arn.ts';

/** What a Lambda function gets from a subscription: gzip of a JSON document, in base64. */
export interface SubscriptionEvent {
  readonly awslogs: { readonly data: string };
}

export function subscriptionPayload(batch: {
  readonly group: string;
  readonly stream: string;
  readonly filter: string;
  readonly events: readonly { readonly seq: number; readonly timestamp: number; readonly message: string }[];
}): SubscriptionEvent {
  const document = {
    messageType: 'DATA_MESSAGE',
    owner: LOG_OWNER,
    logGroup: batch.group,
    logStream: batch.stream,
    subscriptionFilters: [batch.filter],
    logEvents: batch.events.map(({ seq, timestamp, message }) => ({ id: eventId(seq), timestamp, message })),
  };
  return { awslogs: { data: gzipSync(JSON.stringify(document)).toString('base64') } };
}
