import { deliveryTask } from '#schemas/workflows/push-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { planDelivery } from '#usecases/plan-delivery.ts';

export const handler = taskHandler(deliveryTask, (task, deps) => planDelivery(deps, task));
