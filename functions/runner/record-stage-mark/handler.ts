import { stageMark } from '#schemas/workflows/stage-mark.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { recordStageMark } from '#usecases/record-stage-mark.ts';

export const handler = taskHandler(stageMark, (mark, deps) => recordStageMark(deps, mark));
