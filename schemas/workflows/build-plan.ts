import * as z from 'zod';
import { commitId, deploymentId, serviceName } from '../names.ts';

/** The stages of a build in the order in which they run. */
export const stageName = z.enum(['install', 'compile', 'test', 'bundle']);
export type StageName = z.infer<typeof stageName>;

/** A path inside the source: relative, `/` between names, never upwards. */
const sourcePath = z
  .string()
  .min(1)
  .refine(
    (path) => !path.startsWith('/') && !/[\\\0]/.test(path) && !path.split('/').includes('..'),
    'must be a path inside the source: relative and without ".."',
  );

const variables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'),
  z.string().refine((value) => !value.includes('\0'), 'must not contain a NUL'),
);

const stage = z.object({
  name: stageName,
  /** Shell commands, run in order by one `sh -e`. */
  commands: z.array(z.string().min(1)).min(1),
  timeoutSeconds: z.number().positive(),
});

const report = z.object({ stage: stageName, type: z.literal('junit'), path: sourcePath });

/**
 * What one build does, complete: the control plane writes it to the blob store, the runner kit reads it. Fields may be
 * added within a version; one that changes the meaning of the others needs the next version.
 */
export const buildPlan = z
  .object({
    version: z.literal(1),
    deploymentId,
    service: serviceName,
    commit: commitId,
    /** The git tree of `commit`. */
    tree: commitId,
    /** Which run of the deployment this build belongs to. */
    run: z.int().min(1),
    /** Goes with every stage mark and proves that the build was started by us. */
    markToken: z.string().min(1),
    /** Where the commands run and what `output` and report paths are relative to. */
    directory: sourcePath,
    arguments: variables,
    environment: variables,
    stages: z.array(stage).min(1),
    reports: z.array(report),
    /** The directory that `bundle` leaves and that becomes the artifact. */
    output: sourcePath,
    /** The artifact's key is this, its digest and `.zip`. */
    artifactPrefix: z.string().min(1),
    /** A report's key is this, its stage, `/` and the name of its file. */
    reportPrefix: z.string().min(1),
  })
  .superRefine((plan, context) => {
    const order = plan.stages.map(({ name }) => stageName.options.indexOf(name));
    if (order.some((position, index) => index > 0 && position <= (order[index - 1] ?? 0))) {
      context.addIssue({
        code: 'custom',
        path: ['stages'],
        message: `must be in the order ${stageName.options.join(', ')}, each once`,
      });
    }
    if (plan.stages.at(-1)?.name !== 'bundle') {
      context.addIssue({ code: 'custom', path: ['stages'], message: 'must end with bundle, which makes the artifact' });
    }
    const keys = plan.reports.map(({ stage, path }) => `${stage}/${path.split('/').at(-1)}`);
    if (new Set(keys).size < keys.length) {
      context.addIssue({
        code: 'custom',
        path: ['reports'],
        message: 'reports of one stage need different file names',
      });
    }
  });
export type BuildPlan = z.infer<typeof buildPlan>;
export type BuildStage = BuildPlan['stages'][number];
