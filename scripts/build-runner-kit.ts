import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { reproducibleZip } from '#runner/zip.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles the runner kit, the SDK included, into a zip with `fetch-source.mjs` and `build.mjs`: the primary source of
 * the CodeBuild projects. The same sources give the same bytes.
 */
export async function buildRunnerKit(outFile: string): Promise<void> {
  const staging = await mkdtemp(join(tmpdir(), 'runner-kit-'));
  try {
    await build({
      absWorkingDir: root,
      entryPoints: ['src/runner/fetch-source.ts', 'src/runner/build.ts'],
      outdir: staging,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      // Older than our own: the kit runs on whatever Node the build image brings.
      target: 'node20',
      mainFields: ['module', 'main'],
      legalComments: 'none',
      logLevel: 'warning',
      // For the parts of the SDK that are CommonJS and require Node's own modules.
      banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    });
    await cp(join(root, 'src/runner/lambda-start'), join(staging, 'lambda-start'), { recursive: true });
    await mkdir(dirname(outFile), { recursive: true });
    await writeFile(outFile, await reproducibleZip(staging));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

if (import.meta.main) await buildRunnerKit(join(root, 'dist', 'runner-kit.zip'));
