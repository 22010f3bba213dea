/** Remembers what somebody has dealt with, so that what is delivered twice is dealt with once. */
export interface Claims {
  /**
   * Claims a thing for a consumer: true for the first who asks, false for everybody after. Kept for some weeks, longer
   * than anything is delivered again by itself.
   */
  claim(consumer: string, id: string): Promise<boolean>;
}
