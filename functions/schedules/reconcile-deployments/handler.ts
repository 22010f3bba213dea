import * as z from 'zod';
import { taskHandler } from '#runtime/task-handler.ts';
import { reconcileDeployments } from '#usecases/reconcile-deployments.ts';

export const handler = taskHandler(z.unknown(), (_tick, deps) => reconcileDeployments(deps));
