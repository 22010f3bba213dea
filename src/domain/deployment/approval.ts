/** What a person said to a release that waits for approval. */
export interface Vote {
  readonly by: string;
  readonly email?: string;
  readonly vote: 'approve' | 'reject';
  readonly at: string;
  readonly comment?: string;
}

/** The approval that a release waits for, or had: bound to one run and to the very bytes that would go out. */
export interface Approval {
  readonly run: number;
  readonly artifactDigest: string;
  /** Members of any of these may decide. */
  readonly groups: readonly string[];
  /** How many different people have to say yes. */
  readonly quorum: number;
  readonly requestedAt: string;
  readonly expiresAt: string;
  readonly expiresAtMs: number;
  readonly votes: readonly Vote[];
  readonly state: 'waiting' | 'approved' | 'rejected';
}
