import * as z from 'zod';
import { inputPattern } from './input-pattern.ts';
import { secrets } from './secrets.ts';
import { variables } from './variables.ts';
import { wholeNumber } from './whole-number.ts';
import { workspacePath } from './workspace-path.ts';

/** The stages of a build, in the order in which they run. */
export const buildStages = ['install', 'compile', 'test', 'bundle'] as const;

export type BuildStage = (typeof buildStages)[number];

/** What every stage of commands has. */
export const stageMembers = {
  commands: z
    .array(z.string().regex(/\S/, 'must be a command, not blank'))
    .min(1, 'must have at least one command')
    .meta({ description: 'Shell commands, run one after the other; the first that fails fails the stage.' }),
  // Four stages have to fit into the eight hours that CodeBuild gives a build.
  timeoutSeconds: wholeNumber(1, 6_600)
    .default(600)
    .meta({ description: 'Longest time that the whole stage may take, in seconds.' }),
  inputs: z
    .array(inputPattern)
    .min(1, 'must have at least one pattern')
    .max(100, 'must have at most 100 patterns')
    .refine((patterns) => patterns.some((pattern) => !pattern.startsWith('!')), 'must have a pattern without "!"')
    .optional()
    .meta({
      description:
        'All files of the repository that the stage reads: while they stay the same, an earlier result serves. A stage with inputs does not see COMMIT. Default: every file; for installs by a package manager its manifests and lock files.',
    }),
};

const stage = z.strictObject(stageMembers);

/** How a commit becomes an artifact. */
export const build = z
  .strictObject({
    arguments: variables.prefault({}).meta({
      description:
        "Variables for every stage that are part of the artifact's identity: another value, another artifact.",
    }),
    environment: variables.prefault({}).meta({
      description: "Variables for every stage that are not part of the artifact's identity.",
    }),
    secrets: secrets.optional().meta({
      description: "Variables for every stage whose values are secrets; not part of the artifact's identity.",
    }),
    install: stage.optional().meta({ description: 'Fetches dependencies.' }),
    compile: stage.optional().meta({ description: 'Compiles and checks.' }),
    test: stage.optional().meta({ description: 'Runs the tests.' }),
    bundle: z
      .strictObject({
        ...stageMembers,
        output: workspacePath.meta({
          description: "Directory that becomes the artifact, relative to the repository's root.",
        }),
      })
      .meta({ description: 'Puts the artifact together.' }),
    cache: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .meta({ description: 'Whether a stage whose inputs are the same may take the result of an earlier build.' }),
        paths: z.array(workspacePath).default([]).meta({
          description:
            "The only paths that stages write to, besides reports and build.bundle.output, relative to the repository's root. Empty: whatever a stage changed is kept.",
        }),
      })
      .prefault({})
      .meta({ description: 'What the next build may reuse.' }),
  })
  .superRefine((value, context) => {
    for (const name of Object.keys(value.environment)) {
      if (!Object.hasOwn(value.arguments, name)) continue;
      const message = 'must not be in both build.arguments and build.environment: a stage sees one value only';
      context.addIssue({ code: 'custom', path: ['environment', name], message });
    }
  });
