import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import type { Capability } from '#functions/capabilities.ts';
import { functionCatalog, nameOf, type FunctionRow } from '#functions/catalog.ts';
import { leanPackages, requireAllApplied, type LeanRulesApplied } from './lean-packages.ts';
import { adaptersLeftOut } from './needed-adapters.ts';

/**
 * The SDK packages behind each capability. `src/runtime/deps.ts` wires every adapter, so each bundle would hold every
 * client; a function gets those that its row in the catalog lets it use.
 */
const packagesOf: Readonly<Record<Capability, readonly string[]>> = {
  'table:read': ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'],
  'table:write': ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'],
  'table:note': ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'],
  'table:batch': ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'],
  'blobs:read': ['@aws-sdk/client-s3'],
  'blobs:write': ['@aws-sdk/client-s3'],
  'blobs:cache': ['@aws-sdk/client-s3'],
  'artifacts:sign': ['@aws-sdk/client-kms'],
  'artifacts:verify': ['@aws-sdk/client-kms'],
  'images:place': ['@aws-sdk/client-ecr'],
  'images:read': ['@aws-sdk/client-ecr'],
  seals: ['@aws-sdk/client-kms'],
  'events:publish': ['@aws-sdk/client-eventbridge'],
  'machines:start': ['@aws-sdk/client-sfn'],
  'pushes:start': ['@aws-sdk/client-sfn'],
  'promotions:start': ['@aws-sdk/client-sfn'],
  'machines:wake': ['@aws-sdk/client-sfn'],
  'builds:stop': ['@aws-sdk/client-codebuild'],
  'builds:list': ['@aws-sdk/client-codebuild'],
  'runners:probe': ['@aws-sdk/client-codebuild'],
  'runners:grant': [],
  'runners:scale': ['@aws-sdk/client-codebuild'],
  'targets:deploy': ['@aws-sdk/client-lambda', '@aws-sdk/client-ecs', '@aws-sdk/credential-providers'],
  'tokens:verify': ['jose'],
  toolchain: [],
  repositories: [],
  'traces:export': ['@aws-sdk/client-secrets-manager'],
  'webhooks:verify': ['@aws-sdk/client-secrets-manager'],
  'statuses:show': ['@aws-sdk/client-secrets-manager'],
  'artifacts:registry': ['@aws-sdk/client-secrets-manager'],
  'notifications:send': ['@aws-sdk/client-secrets-manager', '@aws-sdk/client-ssm', '@aws-sdk/client-sesv2'],
  'evidence:read': ['@aws-sdk/client-s3'],
  'evidence:write': ['@aws-sdk/client-s3'],
  'metrics:record': ['@aws-lambda-powertools/metrics'],
};
const optionalPackages = new Set(Object.values(packagesOf).flat());

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles every function of the catalog into `<directory>/<name>/index.mjs`, one pass per set of what is left out.
 *
 * @returns what went into which bundle, with paths from the root of the repository
 */
export async function buildFunctions(directory: string): Promise<Metafile> {
  const adapters = await adaptersLeftOut(root);
  const applied: LeanRulesApplied = new Set();
  const groups = Object.values(Object.groupBy(functionCatalog, (row) => packagesLeftOut(row).join()));
  const metafiles = await Promise.all(
    groups.map((rows = []) => {
      // What one of them needs is there for all: a pass of its own for each would take a minute.
      const [first = new Set<string>(), ...others] = rows.map((row) => {
        return new Set([...packagesLeftOut(row), ...(adapters.get(row.entry) ?? [])]);
      });
      const leftOut = [...others.reduce((both, each) => both.intersection(each), first)];
      return buildGroup(rows, { directory, leftOut, applied });
    }),
  );
  requireAllApplied(applied);
  return {
    inputs: Object.assign({}, ...metafiles.map(({ inputs }) => inputs)) as Metafile['inputs'],
    outputs: Object.assign({}, ...metafiles.map(({ outputs }) => outputs)) as Metafile['outputs'],
  };
}

function packagesLeftOut({ needs }: FunctionRow): readonly string[] {
  const kept = new Set(needs.flatMap((capability) => packagesOf[capability]));
  return [...optionalPackages].filter((name) => !kept.has(name));
}

interface Pass {
  readonly directory: string;
  readonly leftOut: readonly string[];
  readonly applied: LeanRulesApplied;
}

async function buildGroup(rows: readonly FunctionRow[], { directory, leftOut, applied }: Pass): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: rows.map((row) => ({ in: `functions/${row.entry}/handler.ts`, out: `${nameOf(row)}/index` })),
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    // For stack traces with our names in them; the sources themselves stay in the repository.
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    // For dependencies that are CommonJS and require Node's own modules.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    plugins: [withoutModules(leftOut), leanPackages(root, applied)],
  });
  return metafile;
}

/** Puts an empty module in the place of modules that no code path of the bundle reaches. Using one is a TypeError. */
function withoutModules(names: readonly string[]): Plugin {
  return {
    name: 'without-modules',
    setup(plugin) {
      if (names.length === 0) return;
      plugin.onResolve({ filter: new RegExp(`^(${names.join('|')})$`) }, ({ path }) => ({
        path,
        namespace: 'left-out',
      }));
      // CommonJS, because an import of any name from it is then allowed.
      plugin.onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
    },
  };
}
