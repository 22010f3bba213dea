import type { Provider } from '#schemas/workflows/push-origin.ts';

/** A request that says that it comes from a provider. */
export interface ReceivedDelivery {
  readonly provider: Provider;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it came, to the byte: signatures are made of nothing else. */
  readonly body: Uint8Array;
}

/** Knows the secrets that are shared with providers. */
export interface WebhookVerifier {
  /**
   * Whether a delivery was made by somebody who knows the secret. False as well when there is no secret: nobody can prove
   * anything then.
   */
  verify(delivery: ReceivedDelivery): Promise<boolean>;
}
