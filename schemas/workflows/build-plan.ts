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
  /** Patterns of all that the stage reads of the source; absent: the kit's own choice. */
  inputs: z.array(z.string().min(1)).min(1).optional(),
});

/** How results of stages are found again. Which ones this build may see, and write, is decided where its token is known. */
const cache = z.object({
  /** Part of every key: what builds run with. */
  toolchain: z.string().min(1),
  /** The only paths that stages write to; empty: not said. */
  paths: z.array(sourcePath),
  /** An archive's key is this and its digest. */
  uploadPrefix: z.string().min(1),
});

const report = z.object({ stage: stageName, type: z.literal('junit'), path: sourcePath });

const repository = z.string().regex(/^[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*$/, 'must be the name of a repository');

/** What the build makes of `output`. */
const artifact = z.discriminatedUnion('format', [
  z.object({ format: z.literal('zip') }),
  z.object({
    format: z.literal('image'),
    /** How images of the registry are named; where it is reached, the build asks ECR. */
    registry: z.string().min(1),
    repository,
    /** `<repository>:<tag>` or `<repository>@sha256:<digest>` in the same registry. */
    base: z.string().min(1),
    /** What the service will run on. */
    platform: z.string().regex(/^linux\/(amd64|arm64)$/, 'must be linux/arm64 or linux/amd64'),
    command: z.array(z.string().min(1)).min(1),
    port: z.int().min(1).max(65_535),
  }),
]);

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
    /** Variables of the stages whose values come with the build, since a plan is read by more than may know them. */
    secretNames: z.array(z.string()).default([]),
    stages: z.array(stage).min(1),
    reports: z.array(report),
    /** The directory that `bundle` leaves and that becomes the artifact. */
    output: sourcePath,
    artifact: artifact.default({ format: 'zip' }),
    /** The key of a zip is this, its digest and `.zip`. */
    artifactPrefix: z.string().min(1),
    /** Absent: every stage is run. */
    cache: cache.optional(),
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
