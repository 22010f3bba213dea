import type { CommitStatus } from '#domain/delivery/commit-status.ts';

/** A status with the event that it follows from. */
export interface StatusMark {
  readonly status: CommitStatus;
  /** Whose event: an id of a deployment, or of another aggregate. */
  readonly aggregate: string;
  /** Orders the events of one aggregate. */
  readonly seq: number;
  /** Orders those of different ones. */
  readonly at: string;
}

/** Which status was shown last, so that an event that comes late does not put an older one over a newer one. */
export interface ShownStatuses {
  /**
   * Asks whether a status is to be shown, and remembers that it is about to be.
   *
   * @param place tells apart what cannot replace each other: repository, commit and context
   * @returns `older` when a newer one is, or is about to be, shown; `shown` when this very one was
   */
  begin(place: string, mark: StatusMark): Promise<'show' | 'shown' | 'older'>;
  /** Remembers that it was shown. @returns a newer one that came up meanwhile, and may now lie under this one */
  end(place: string, mark: StatusMark): Promise<CommitStatus | undefined>;
}
