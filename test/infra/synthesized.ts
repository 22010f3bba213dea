import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { deploymentService } from '#infra/deployment-service.ts';
import { readSettings } from '#infra/settings.ts';
import { resolver } from './resolve.ts';

const template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      DeletionPolicy: z.string().optional(),
      UpdateReplacePolicy: z.string().optional(),
    }),
  ),
  Rules: z.record(z.string(), z.unknown()).default({}),
  Outputs: z
    .record(z.string(), z.object({ Value: z.unknown(), Export: z.object({ Name: z.string() }).optional() }))
    .default({}),
});
export type Template = z.output<typeof template>;

/** A resource whose references are written out: `functions/Logical123.Arn` stands for an attribute of a resource. */
export interface Resource {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
}

const cdkJson = z
  .object({ context: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')));

/** Synthesizes what `define` adds to an app with the flags that the CLI would pass. Leaves no files. */
export function synthesize(define: (app: App, directory: string) => void): ReadonlyMap<string, Template> {
  const directory = mkdtempSync(join(tmpdir(), 'infra-'));
  try {
    const app = new App({ context: cdkJson.context, analyticsReporting: false, outdir: join(directory, 'cdk.out') });
    define(app, directory);
    return new Map(app.synth().stacks.map((stack) => [stack.id, template.parse(stack.template)]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** All resources of all stacks. */
export function resourcesOf(templates: ReadonlyMap<string, Template>): readonly Resource[] {
  const resolve = resolver(templates);
  return [...templates].flatMap(([stack, { Resources }]) =>
    Object.entries(Resources).map(([id, { Type, Properties, DeletionPolicy, UpdateReplacePolicy }]) => ({
      stack,
      id,
      type: Type,
      properties: z.record(z.string(), z.unknown()).parse(resolve(stack, Properties)),
      deletionPolicy: DeletionPolicy,
      updateReplacePolicy: UpdateReplacePolicy,
    })),
  );
}

export const completeContext: Readonly<Record<string, string>> = {
  tokenIssuer: 'https://login.example.com/',
  tokenAudience: 'deployments',
  tokenJwksUrl: 'https://login.example.com/keys',
};

/** Adds the deployment service with a context to an app, on bundles that hold nothing. */
export function addDeploymentService(app: App, dist: string, context: Readonly<Record<string, string>>): void {
  for (const row of functionCatalog) {
    const directory = join(dist, 'functions', nameOf(row));
    mkdirSync(directory, { recursive: true });
    // Two assets of the same bytes would be one.
    writeFileSync(join(directory, 'index.mjs'), `// ${row.entry}\n`);
  }
  writeFileSync(join(dist, 'runner-kit.zip'), 'a zip');
  const settings = readSettings((name) => context[name]);
  deploymentService(app, { settings, dist, env: { account: '000000000000', region: 'eu-west-1' } });
}

/** The deployment service with a context. */
export function deploymentServiceWith(context: Readonly<Record<string, string>>): ReadonlyMap<string, Template> {
  return synthesize((app, dist) => addDeploymentService(app, dist, context));
}

let made: readonly Resource[] | undefined;

/** The resources of a complete installation; synthesized once for a test file. */
export function installation(): readonly Resource[] {
  made ??= resourcesOf(deploymentServiceWith(completeContext));
  return made;
}

export function ofType(type: string): readonly Resource[] {
  return installation().filter((resource) => resource.type === type);
}

/** Where sources, plans and artifacts lie, of all the buckets. */
export function blobBucket(resources: readonly Resource[] = installation()): Resource {
  const found = resources.find(({ id, type }) => type === 'AWS::S3::Bucket' && /^Blobs[0-9A-F]{8}$/.test(id));
  if (!found) throw new Error('There is no bucket for blobs.');
  return found;
}

/** The ARN of a resource as other resources name it. */
export function arnOf({ stack, id }: Resource): string {
  return `${stack}/${id}.Arn`;
}
