import * as z from 'zod';
import { buildStages } from './build.ts';
import { workspacePath } from './workspace-path.ts';

/** Reports that a stage leaves behind, shown with the deployment. */
export const reports = z.array(
  z.strictObject({
    stage: z
      .enum(buildStages, { error: `must be a stage: ${buildStages.join(', ')}` })
      .meta({ description: 'Stage that writes the report.' }),
    type: z
      .literal('junit', { error: 'must be junit: it is the only kind of report that this version supports' })
      .meta({ description: 'Format of the report. Only junit in this version.' }),
    path: workspacePath.meta({ description: "The report's file, relative to the repository's root." }),
  }),
);
