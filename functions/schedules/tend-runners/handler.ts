import * as z from 'zod';
import { taskHandler } from '#runtime/task-handler.ts';
import { tendRunners } from '#usecases/tend-runners.ts';

export const handler = taskHandler(z.unknown(), (_tick, deps) => tendRunners(deps));
