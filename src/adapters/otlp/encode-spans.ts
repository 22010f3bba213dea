import { isError, type AttributeValue, type Span } from '#domain/telemetry/span.ts';

/** Numbers of the protocol's enumerations (opentelemetry-proto, trace.proto): JSON has them as numbers, not names. */
const spanKind = { internal: 1, server: 2 } as const satisfies Record<Span['kind'], number>;
const statusCode = { unset: 0, error: 2 } as const;

const serviceName = 'deployment-service';

/** Spans that are over as an `ExportTraceServiceRequest` in OTLP's JSON: ids in hexadecimal, 64-bit numbers as text. */
export function encodeSpans(traceId: string, spans: readonly Span[]) {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': serviceName }) },
        scopeSpans: [{ scope: { name: serviceName }, spans: spans.map((span) => encode(traceId, span)) }],
      },
    ],
  };
}

function encode(traceId: string, span: Span) {
  const { id, parentId, name, kind, startedAtMs, finishedAtMs = startedAtMs, message, attributes } = span;
  return {
    traceId,
    spanId: id,
    ...(parentId !== undefined && { parentSpanId: parentId }),
    name,
    kind: spanKind[kind],
    startTimeUnixNano: nanos(startedAtMs),
    endTimeUnixNano: nanos(finishedAtMs),
    attributes: attributesOf(attributes),
    status: isError(span)
      ? { code: statusCode.error, ...(message !== undefined && { message }) }
      : { code: statusCode.unset },
  };
}

function nanos(milliseconds: number): string {
  return (BigInt(Math.round(milliseconds)) * 1_000_000n).toString();
}

function attributesOf(attributes: Readonly<Record<string, AttributeValue>>) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));
}

function valueOf(value: AttributeValue) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
