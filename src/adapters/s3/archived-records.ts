import type { ArchivedRecords } from '#ports/archived-records.ts';
import type { Evidence } from '#ports/evidence.ts';
import { archivedRecord } from '#schemas/evidence/archived-record.ts';

/** Those of the evidence store. */
export function archivedRecordsIn(evidence: Evidence): ArchivedRecords {
  return {
    async find(deploymentId) {
      const bytes = await evidence.get(evidence.keyOf('record', deploymentId));
      return bytes && archivedRecord.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    },
  };
}

/** For a function that is not let at the archive: to it, what is archived is gone. */
export const noArchivedRecords: ArchivedRecords = { find: () => Promise.resolve(undefined) };
