import * as z from 'zod';
import { parseS3Location } from './s3-location.ts';

const identifier = z.string().regex(/^[A-Za-z0-9_]{1,127}$/);

/** Where files come from: a zip in S3, or nowhere. */
export const sourceShape = z
  .strictObject({
    type: z.enum(['S3', 'NO_SOURCE']),
    location: z.string().optional(),
    buildspec: z.string().optional(),
    sourceIdentifier: identifier.optional(),
    insecureSsl: z.literal(false).optional(),
    reportBuildStatus: z.literal(false).optional(),
  })
  .superRefine((source, context) => {
    if (source.type === 'S3' && parseS3Location(source.location ?? '') === undefined) {
      context.addIssue({ code: 'custom', path: ['location'], message: 'must name a zip in S3 as bucket/key' });
    }
  });
export type SourceSettings = z.output<typeof sourceShape>;

export const secondarySourcesShape = z
  .array(sourceShape)
  .max(12)
  .superRefine((sources, context) => {
    const names = sources.map(({ sourceIdentifier }) => sourceIdentifier);
    if (names.includes(undefined) || new Set(names).size < names.length) {
      context.addIssue({ code: 'custom', message: 'every secondary source needs a sourceIdentifier of its own' });
    }
  });

/** Where files go: one zip or the files themselves in S3, or nowhere. */
export const artifactsShape = z
  .strictObject({
    type: z.enum(['NO_ARTIFACTS', 'S3']),
    location: z.string().optional(),
    path: z.string().optional(),
    namespaceType: z.enum(['NONE', 'BUILD_ID']).optional(),
    name: z.string().optional(),
    packaging: z.enum(['NONE', 'ZIP']).optional(),
    overrideArtifactName: z.boolean().optional(),
    // Nothing on one machine is encrypted, so both values mean the same.
    encryptionDisabled: z.boolean().optional(),
  })
  .superRefine((artifacts, context) => {
    if (artifacts.type === 'S3' && !artifacts.location) {
      context.addIssue({ code: 'custom', path: ['location'], message: 'must name a bucket' });
    }
  });
export type ArtifactsSettings = z.output<typeof artifactsShape>;

export const environmentVariablesShape = z.array(
  z.strictObject({
    name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
    value: z.string().regex(/^[^\0]*$/),
    // Of the others, `value` is a reference: what it means is read when the build starts and stored nowhere.
    type: z.enum(['PLAINTEXT', 'PARAMETER_STORE', 'SECRETS_MANAGER']).default('PLAINTEXT'),
  }),
);

export const environmentTypeShape = z.enum(['LINUX_CONTAINER', 'ARM_CONTAINER']);

const environmentShape = z.strictObject({
  type: environmentTypeShape,
  image: z.string().min(1),
  computeType: z.string().min(1),
  environmentVariables: environmentVariablesShape.optional(),
  privilegedMode: z.literal(false).optional(),
  imagePullCredentialsType: z.enum(['CODEBUILD', 'SERVICE_ROLE']).optional(),
});
export type EnvironmentSettings = z.output<typeof environmentShape>;

export const logsConfigShape = z.strictObject({
  cloudWatchLogs: z
    .strictObject({
      status: z.enum(['ENABLED', 'DISABLED']),
      groupName: z.string().optional(),
      streamName: z.string().optional(),
    })
    .optional(),
  s3Logs: z.strictObject({ status: z.literal('DISABLED') }).optional(),
});
export type LogsSettings = z.output<typeof logsConfigShape>;

export const timeoutMinutes = z.int().min(5).max(2160);
export const queuedTimeoutMinutes = z.int().min(5).max(480);

export const projectShape = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9\-_]{1,149}$/),
  description: z.string().max(255).optional(),
  source: sourceShape,
  secondarySources: secondarySourcesShape.optional(),
  artifacts: artifactsShape,
  environment: environmentShape,
  serviceRole: z.string().min(1),
  timeoutInMinutes: timeoutMinutes.optional(),
  queuedTimeoutInMinutes: queuedTimeoutMinutes.optional(),
  encryptionKey: z.string().optional(),
  tags: z.array(z.strictObject({ key: z.string(), value: z.string() })).optional(),
  cache: z.strictObject({ type: z.literal('NO_CACHE') }).optional(),
  badgeEnabled: z.literal(false).optional(),
  logsConfig: logsConfigShape.optional(),
  autoRetryLimit: z.literal(0).optional(),
});
export type ProjectSettings = z.output<typeof projectShape>;
