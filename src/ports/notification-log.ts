import type { HeldFailures } from '#domain/notification/burst.ts';

/** A failure that is about to be told of. */
export interface FailureNotice {
  /** Of its event. */
  readonly eventId: string;
  readonly service: string;
  readonly environment: string;
  readonly last: HeldFailures['last'];
}

/** What people have been told of, so that they are told once. */
export interface NotificationLog {
  /**
   * Asks whether a message is to be sent to a receiver, and holds it for whoever asked.
   *
   * @returns `busy` while somebody else holds it: ask again later
   */
  begin(messageId: string, receiver: string): Promise<'send' | 'sent' | 'busy'>;
  /** It was sent, or never will be. */
  end(messageId: string, receiver: string): Promise<void>;
  /** It was not sent: whoever comes next may try at once. */
  release(messageId: string, receiver: string): Promise<void>;
  /** Asks whether a failure is told of by itself, or counts into the digest of its service and environment. */
  admit(notice: FailureNotice): Promise<'alone' | 'held'>;
  /** Takes up to so many digests that are due. One that is not finished is given again. */
  takeDigests(limit: number): Promise<readonly HeldFailures[]>;
  finishDigest(digest: HeldFailures): Promise<void>;
}
