import * as z from 'zod';
import { Refusal } from '#domain/refusal.ts';
import type { Span } from '#domain/telemetry/span.ts';
import type { Clock } from '#ports/clock.ts';
import type { ExportResult, SpanExporter } from '#ports/span-exporter.ts';
import { batchesOf } from './batches-of.ts';
import { encodeSpans } from './encode-spans.ts';
import { signRequest, type SigningCredentials } from './sign-request.ts';

interface ExporterOptions {
  /** Base address, as in `OTEL_EXPORTER_OTLP_ENDPOINT`: `/v1/traces` is put behind it. */
  readonly endpoint: string;
  readonly clock: Clock;
  /** Further headers, which may be secret. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
  /** For an endpoint of X-Ray, which wants its requests signed. */
  readonly credentials: () => Promise<SigningCredentials>;
  readonly timeoutSeconds?: number;
  readonly fetch?: typeof globalThis.fetch;
}

/** Statuses that the protocol calls worth another try. */
const busyStatuses = [429, 502, 503, 504];
const answer = z.object({
  partialSuccess: z
    .object({ rejectedSpans: z.coerce.number().default(0), errorMessage: z.string().default('') })
    .nullish(),
});

/** OTLP over HTTP with JSON, to any collector; and to X-Ray's endpoint, signed. */
export class OtlpSpanExporter implements SpanExporter {
  readonly #options: ExporterOptions;
  readonly #url: URL;

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#url = new URL(`${options.endpoint.replace(/\/+$/, '')}/v1/traces`);
  }

  async export(traceId: string, spans: readonly Span[]): Promise<ExportResult> {
    let rejected = 0;
    const reasons: string[] = [];
    for (const batch of batchesOf(spans)) {
      const { rejectedSpans, errorMessage } = await this.#send(JSON.stringify(encodeSpans(traceId, batch)));
      rejected += rejectedSpans;
      if (errorMessage !== '') reasons.push(errorMessage);
    }
    return { sent: spans.length, rejected, ...(reasons.length > 0 && { reason: reasons.join('; ') }) };
  }

  async #send(body: string) {
    const { fetch = globalThis.fetch } = this.#options;
    const headers = await this.#headers(body);
    const signal = AbortSignal.timeout((this.#options.timeoutSeconds ?? 10) * 1000);
    let response: Response;
    let text: string;
    try {
      // A redirect would carry the headers elsewhere.
      response = await fetch(this.#url, { method: 'POST', headers, body, signal, redirect: 'error' });
      text = await response.text();
    } catch (error) {
      throw unavailable(`The receiver of traces at ${this.#url.host} cannot be reached.`, error);
    }
    if (busyStatuses.includes(response.status)) {
      throw unavailable(`The receiver of traces at ${this.#url.host} is busy: it answered ${response.status}.`);
    }
    if (!response.ok) {
      throw new Refusal(
        'conflict',
        `The receiver of traces at ${this.#url.host} refuses: it answered ${response.status}.`,
      );
    }
    return answerIn(text);
  }

  async #headers(body: string): Promise<Record<string, string>> {
    const { clock, credentials, headers } = this.#options;
    const plain = { 'content-type': 'application/json', ...(await headers?.()) };
    const region = /^xray\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.exec(this.#url.hostname)?.[1];
    if (region === undefined) return plain;
    const signed = signRequest(
      { method: 'POST', url: this.#url, headers: plain, body },
      { credentials: await credentials(), region, service: 'xray', now: clock.now() },
    );
    const { host: _, ...sent } = signed;
    return sent;
  }
}

/** Where no receiver is configured. */
export const noSpanExporter: SpanExporter = {
  export: async () => ({ sent: 0, rejected: 0 }),
};

/** A receiver that says nothing has taken everything. */
function answerIn(text: string): { readonly rejectedSpans: number; readonly errorMessage: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = {};
  }
  return answer.safeParse(parsed).data?.partialSuccess ?? { rejectedSpans: 0, errorMessage: '' };
}

function unavailable(message: string, cause?: unknown): Refusal {
  return new Refusal('unavailable', message, { cause, transient: true });
}
