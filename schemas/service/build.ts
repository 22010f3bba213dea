import * as z from 'zod';
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
        paths: z
          .array(workspacePath)
          .meta({ description: "Paths to keep between builds, relative to the repository's root." }),
      })
      .prefault({ paths: [] })
      .meta({ description: 'What the next build may reuse.' }),
  })
  .superRefine((value, context) => {
    for (const name of Object.keys(value.environment)) {
      if (!Object.hasOwn(value.arguments, name)) continue;
      const message = 'must not be in both build.arguments and build.environment: a stage sees one value only';
      context.addIssue({ code: 'custom', path: ['environment', name], message });
    }
  });
