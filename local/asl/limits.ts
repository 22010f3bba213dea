/** Service quotas of Step Functions that change what an execution does. */
export const LIMITS = {
  /** Largest input, output or task result of a state, in bytes of UTF-8. */
  dataBytes: 262_144,
  /** Longest history of an execution; the last event says that it failed for that. */
  historyEvents: 25_000,
  /** Most iterations of an inline Map at a time. */
  concurrentIterations: 40,
} as const;

export function exceedsDataLimit(value: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(value) ?? '') > LIMITS.dataBytes;
}
