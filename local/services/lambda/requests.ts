import * as z from 'zod';
import { invalidParameter, malformed } from './faults.ts';

const environment = z.strictObject({ Variables: z.record(z.string(), z.string()).optional() });
const runtime = z.enum(['nodejs22.x', 'nodejs24.x']);
const code = {
  S3Bucket: z.string().min(3).optional(),
  S3Key: z.string().min(1).optional(),
  ZipFile: z.base64().optional(),
};
const configuration = {
  Description: z.string().max(256).optional(),
  Environment: environment.optional(),
  Timeout: z.int().min(1).max(900).optional(),
  MemorySize: z.int().min(128).max(10_240).optional(),
};
const aliasName = z.string().regex(/^(?!\d+$)[A-Za-z0-9_-]{1,128}$/, 'no alias name');
const aliasVersion = z.string().regex(/^(\$LATEST|[1-9]\d*)$/, 'neither $LATEST nor a version number');
const routing = z
  .strictObject({ AdditionalVersionWeights: z.record(z.string(), z.number().min(0).max(1)).nullish() })
  .nullish();

/** The request bodies that are understood. A member that is not listed here is refused by name, never dropped. */
export const requests = {
  createFunction: z.strictObject({
    ...configuration,
    FunctionName: z.string(),
    Role: z.string().min(1),
    Handler: z.string().max(128),
    Runtime: runtime,
    Code: z.strictObject(code),
    Publish: z.boolean().optional(),
    PackageType: z.literal('Zip').optional(),
    Architectures: z.tuple([z.enum(['arm64', 'x86_64'])]).optional(),
    Tags: z.record(z.string(), z.string()).optional(),
  }),
  updateCode: z.strictObject({
    ...code,
    Architectures: z.tuple([z.enum(['arm64', 'x86_64'])]).optional(),
    Publish: z.boolean().optional(),
    RevisionId: z.string().optional(),
    DryRun: z.literal(false, 'not supported by the local endpoint').optional(),
  }),
  updateConfiguration: z.strictObject({
    ...configuration,
    Handler: z.string().max(128).optional(),
    Role: z.string().min(1).optional(),
    Runtime: runtime.optional(),
    RevisionId: z.string().optional(),
  }),
  publishVersion: z.strictObject({
    CodeSha256: z.string().optional(),
    Description: z.string().max(256).optional(),
    RevisionId: z.string().optional(),
  }),
  createAlias: z.strictObject({
    Name: aliasName,
    FunctionVersion: aliasVersion,
    Description: z.string().max(256).optional(),
    RoutingConfig: routing,
  }),
  updateAlias: z.strictObject({
    FunctionVersion: aliasVersion.optional(),
    Description: z.string().max(256).optional(),
    RoutingConfig: routing,
    RevisionId: z.string().optional(),
  }),
} as const;

export type CodeInput = z.infer<typeof requests.updateCode>;
export type ConfigurationInput = z.infer<typeof requests.updateConfiguration>;

/**
 * Reads a JSON request body.
 * @throws ServiceFault `InvalidParameterValueException` naming each unsupported member or value
 */
export function parseRequest<T extends z.ZodType>(schema: T, body: Uint8Array): z.infer<T> {
  const read = schema.safeParse(body.byteLength === 0 ? {} : parseJson(body));
  if (read.success) return read.data;
  throw invalidParameter(
    read.error.issues
      .map((issue) =>
        issue.code === 'unrecognized_keys'
          ? `${[...issue.path, issue.keys.join(', ')].join('.')}: not supported by the local endpoint`
          : `${issue.path.join('.')}: ${issue.message}`,
      )
      .join('; '),
  );
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw malformed('The request body is not JSON.');
  }
}
