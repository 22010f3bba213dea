import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

const hex = (digits: number) => z.string().regex(new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`));
/** 64-bit numbers are text in the JSON of protocol buffers. */
const nanos = z.string().regex(/^[1-9]\d{15,19}$/);
const attribute = z.strictObject({
  key: z.string().min(1),
  value: z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ boolValue: z.boolean() }),
    z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
    z.strictObject({ doubleValue: z.number() }),
  ]),
});
const attributes = z
  .array(attribute)
  .refine((list) => new Set(list.map(({ key }) => key)).size === list.length, 'keys must be unique');

/** `ExportTraceServiceRequest` as opentelemetry-proto v1 has it, in OTLP's JSON; written from the protocol, not from our code. */
const exportRequest = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string().optional() }),
          spans: z.array(
            z.strictObject({
              traceId: hex(32),
              spanId: hex(16),
              parentSpanId: hex(16).optional(),
              name: z.string().min(1),
              kind: z.int().min(1).max(5),
              startTimeUnixNano: nanos,
              endTimeUnixNano: nanos,
              attributes,
              status: z.strictObject({ code: z.int().min(0).max(2), message: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
});
export type ReceivedSpan = z.infer<typeof exportRequest>['resourceSpans'][0]['scopeSpans'][0]['spans'][0];

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly spans: readonly ReceivedSpan[];
}

interface PlannedAnswer {
  /** 0: none at all. */
  readonly status: number;
  readonly body?: string;
  readonly location?: string;
}

/** A receiver of OTLP over HTTP that takes nothing but what the protocol describes: anything else it answers with 400. */
export async function startOtlpReceiver() {
  const requests: ReceivedRequest[] = [];
  const planned: PlannedAnswer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const isOtlp = request.method === 'POST' && request.headers['content-type'] === 'application/json';
      const parsed = exportRequest.safeParse(isOtlp ? jsonOf(body) : undefined);
      const spans = (parsed.data?.resourceSpans ?? []).flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap((each) => each.spans),
      );
      requests.push({ path: request.url ?? '', headers: request.headers, body, spans });
      const answer = planned.shift() ?? (parsed.success ? { status: 200, body: '{}' } : { status: 400 });
      if (answer.status === 0) return;
      response.writeHead(answer.status, {
        'content-type': 'application/json',
        ...(answer.location !== undefined && { location: answer.location }),
      });
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: requests as readonly ReceivedRequest[],
    spans: () => requests.flatMap(({ spans }) => spans),
    /** What it answers next, whatever comes. */
    answerNext: (...answers: readonly PlannedAnswer[]) => void planned.push(...answers),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
