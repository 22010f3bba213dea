import { promotionTask } from '#schemas/workflows/promotion-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { promoteOnward } from '#usecases/promote-onward.ts';

export const handler = taskHandler(promotionTask, (task, deps) => promoteOnward(deps, task));
