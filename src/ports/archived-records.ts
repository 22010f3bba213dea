import type { ArchivedRecord } from '#schemas/evidence/archived-record.ts';

/** Records that are no longer in the table. */
export interface ArchivedRecords {
  find(deploymentId: string): Promise<ArchivedRecord | undefined>;
}
