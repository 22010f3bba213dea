import * as z from 'zod';
import { taskHandler } from '#runtime/task-handler.ts';
import { measureReconciliation } from '#usecases/measure-reconciliation.ts';
import { reconcileDeployments } from '#usecases/reconcile-deployments.ts';

export const handler = taskHandler(z.unknown(), async (_tick, deps) =>
  measureReconciliation(deps, await reconcileDeployments(deps)),
);
