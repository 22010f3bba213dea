import type { Deployment } from '#domain/deployment/deployment.ts';
import type { ArchivedRecord } from '#schemas/evidence/archived-record.ts';
import type { ListPosition } from './deployment-store.ts';

/** Where a record was put, and what its bytes were. */
export interface ArchiveMark {
  readonly key: string;
  readonly sha256: string;
}

/** All that the table has of one deployment. */
export interface StoredRecord {
  readonly deployment: Deployment;
  /** Present once the record is archived; from then on rows may be missing. */
  readonly mark?: ArchiveMark;
  readonly document: ArchivedRecord;
}

/** How far the look through the months has come. */
export interface ArchiveCursor {
  /** `yyyy-mm` */
  readonly month: string;
  readonly after?: ListPosition;
  /** The first month of this round in which something had to stay. */
  readonly oldestLeft?: string;
}

/** The records of deployments as the archive takes them out of the table. */
export interface RecordArchive {
  /** Deployments asked for in a month (`yyyy-mm`), oldest first. */
  inMonth(
    month: string,
    after: ListPosition | undefined,
    limit: number,
  ): Promise<{ readonly items: readonly Deployment[]; readonly next?: ListPosition }>;
  stored(deploymentId: string): Promise<StoredRecord | undefined>;
  /** Whether the record is still as it was read, and not archived by somebody else. */
  isUnchanged(deployment: Deployment): Promise<boolean>;
  /** Says in the record that it is archived, on condition that it is still as it was read; nothing changes it after that. */
  mark(deployment: Deployment, mark: ArchiveMark): Promise<boolean>;
  /** Removes an archived record, its head last. Again goes on where it was cut off. */
  remove(deploymentId: string): Promise<void>;
  cursor(): Promise<ArchiveCursor | undefined>;
  saveCursor(cursor: ArchiveCursor): Promise<void>;
}
