export interface Ids {
  /** A new deployment id; ids grow with time. */
  deploymentId(): string;
  /** A W3C trace id: 32 hexadecimal digits. */
  traceId(): string;
}
