import * as z from 'zod';
import { taskHandler } from '#runtime/task-handler.ts';
import { sweepOutbox } from '#usecases/publish-outbox.ts';

export const handler = taskHandler(z.unknown(), (_tick, deps) => sweepOutbox(deps));
