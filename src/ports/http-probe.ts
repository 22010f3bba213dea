export interface ProbeRequest {
  readonly url: string;
  readonly timeoutSeconds: number;
}

/** What one request found; an unreachable service is an answer too, not an exception. */
export type ProbeAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly durationMs: number }
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface HttpProbe {
  get(request: ProbeRequest): Promise<ProbeAnswer>;
}
