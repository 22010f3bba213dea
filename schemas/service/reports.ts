import * as z from 'zod';
import { buildStages } from './build.ts';
import { workspacePath } from './workspace-path.ts';

/** The formats of reports, by the names that a manifest gives them. */
export const reportTypes = ['junit', 'lcov', 'cobertura', 'sarif', 'cyclonedx', 'plan-json'] as const;

/** Reports that a stage leaves behind, shown with the deployment. */
export const reports = z
  .array(
    z.strictObject({
      stage: z
        .enum(buildStages, { error: `must be a stage: ${buildStages.join(', ')}` })
        .meta({ description: 'Stage that writes the report.' }),
      type: z.enum(reportTypes, { error: `must be a kind of report: ${reportTypes.join(', ')}` }).meta({
        description:
          'Format of the report: junit (tests), lcov or cobertura (coverage), sarif (findings), cyclonedx (components), plan-json (a Terraform plan).',
      }),
      path: workspacePath.meta({ description: "The report's file, relative to the repository's root." }),
    }),
  )
  .max(50, 'must be at most 50 reports');
