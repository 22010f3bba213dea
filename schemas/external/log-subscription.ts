import { gunzipSync } from 'node:zlib';
import * as z from 'zod';

const payload = z.object({
  messageType: z.enum(['DATA_MESSAGE', 'CONTROL_MESSAGE']),
  logStream: z.string(),
  logEvents: z.array(z.object({ id: z.string(), timestamp: z.number(), message: z.string() })),
});

/** What a CloudWatch Logs subscription sends to a Lambda: gzipped JSON in base64. Control messages bring nothing. */
export const logSubscription = z
  .object({ awslogs: z.object({ data: z.base64() }) })
  .transform(({ awslogs }) =>
    payload.parse(JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString('utf8'))),
  )
  .transform(({ messageType, logStream, logEvents }) => ({
    stream: logStream,
    events:
      messageType === 'CONTROL_MESSAGE'
        ? []
        : logEvents.map(({ id, timestamp, message }) => ({ id, timestampMs: timestamp, message })),
  }));
