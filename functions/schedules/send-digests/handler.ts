import * as z from 'zod';
import { taskHandler } from '#runtime/task-handler.ts';
import { sendDigests } from '#usecases/send-digests.ts';

export const handler = taskHandler(z.unknown(), (_tick, deps) => sendDigests(deps));
