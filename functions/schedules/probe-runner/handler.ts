import * as z from 'zod';
import { taskHandler } from '#runtime/task-handler.ts';
import { probeRunner } from '#usecases/probe-runner.ts';

export const handler = taskHandler(z.unknown(), (_tick, deps) => probeRunner(deps));
