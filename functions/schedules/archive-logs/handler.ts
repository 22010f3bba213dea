import * as z from 'zod';
import { reportArchived } from '#runtime/report-archived.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { archiveLogs } from '#usecases/archive-logs.ts';

export const handler = taskHandler(z.unknown(), async (_tick, deps) => reportArchived(await archiveLogs(deps)));
