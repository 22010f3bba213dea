/** What one deployment asks of AWS, in the units that AWS bills. Counted by `test/workflow/cost.test.ts`. */
export interface CostCounts {
  /** States entered, in all machines that take part. */
  readonly transitions: number;
  readonly lambdaInvocations: number;
  /** Requests that those invocations make, and wait for. */
  readonly lambdaCalls: number;
  /** A write of one kibibyte; two of it within a transaction, and one more for each index that has the row. */
  readonly tableWriteUnits: number;
  /** A consistent read of four kibibytes; half of it otherwise. */
  readonly tableReadUnits: number;
  readonly events: number;
  /** Events that go to the topic of announcements as well. */
  readonly announcements: number;
  /** With the asymmetric key. */
  readonly signatures: number;
  /** Everything else that is asked of KMS. */
  readonly keyRequests: number;
  readonly blobWrites: number;
  readonly blobReads: number;
  readonly builds: number;
}
