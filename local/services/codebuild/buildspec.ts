import { parse } from 'yaml';
import * as z from 'zod';
import { BuildFailure, messageOf } from './build-failure.ts';
import { describeIssue } from './codebuild-input.ts';

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);
const hostNode = process.versions.node.split('.')[0];

const phase = z.strictObject({
  commands: z.array(z.string()).min(1),
  finally: z.array(z.string()).default([]),
  'on-failure': z.enum(['ABORT', 'CONTINUE']).optional(),
});
const install = z.strictObject({
  ...phase.shape,
  commands: z.array(z.string()).default([]),
  // One machine has one Node: asking for it is fine, asking for another must not pass unseen.
  'runtime-versions': z
    .strictObject({
      nodejs: z.union([z.string(), z.number()]).refine((version) => ['latest', hostNode].includes(String(version)), {
        error: `the local endpoint has Node.js ${hostNode} only`,
      }),
    })
    .optional(),
});

const shape = z.strictObject({
  version: z.union([z.literal(0.2), z.literal('0.2')], { error: 'the local endpoint reads version 0.2' }),
  env: z
    .strictObject({
      shell: z.enum(['bash', 'sh', '/bin/sh', '/bin/bash']).default('/bin/sh'),
      variables: z.record(variableName, z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
      'parameter-store': z.record(variableName, z.string().min(1)).default({}),
      'secrets-manager': z.record(variableName, z.string().min(1)).default({}),
      // There is none here: git asks nobody in its place.
      'git-credential-helper': z.union([z.boolean(), z.enum(['yes', 'no'])]).optional(),
      'exported-variables': z.array(variableName).default([]),
    })
    .prefault({}),
  phases: z.strictObject({
    install: install.optional(),
    pre_build: phase.optional(),
    build: phase.optional(),
    post_build: phase.optional(),
  }),
  artifacts: z
    .strictObject({
      files: z.array(z.string().min(1)).min(1),
      name: z.string().min(1).optional(),
      'base-directory': z.string().optional(),
      'discard-paths': z
        .union([z.boolean(), z.enum(['yes', 'no'])])
        .transform((value) => value === true || value === 'yes')
        .default(false),
    })
    .optional(),
});

export type Buildspec = z.output<typeof shape>;
export type BuildspecPhase = z.output<typeof phase>;
export type BuildspecArtifacts = NonNullable<Buildspec['artifacts']>;

/**
 * Reads a buildspec, version 0.2.
 *
 * @throws BuildFailure `YAML_FILE_ERROR` for bad YAML, and for a member that the local endpoint does not do, by name
 */
export function parseBuildspec(text: string): Buildspec {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new BuildFailure('YAML_FILE_ERROR', `Failed to parse the buildspec: ${messageOf(error)}`, { cause: error });
  }
  const parsed = shape.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new BuildFailure(
    'YAML_FILE_ERROR',
    describeIssue(parsed.error, 'The local endpoint does not support these members of a buildspec:'),
  );
}
