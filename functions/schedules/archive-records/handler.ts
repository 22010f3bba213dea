import * as z from 'zod';
import { reportArchived } from '#runtime/report-archived.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { archiveRecords } from '#usecases/archive-records.ts';

export const handler = taskHandler(z.unknown(), async (_tick, deps) => reportArchived(await archiveRecords(deps)));
