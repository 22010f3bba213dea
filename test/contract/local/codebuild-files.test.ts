import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Build } from '@aws-sdk/client-codebuild';
import { unzipSync, zipSync, type Zippable } from 'fflate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commands, openCodeBuild } from './codebuild-host.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'codebuild-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const text = (content: string) => new TextEncoder().encode(content);
const unix = (mode: number) => ({ os: 3, attrs: (mode << 16) >>> 0 });
const pack = (files: Zippable) => zipSync(files, { mtime: Date.UTC(2026, 0, 1) });

test('sources are unpacked with their modes and links, each to its directory', async () => {
  const { build, blobs, output } = await openCodeBuild(root);
  blobs.set(
    'code/app.zip',
    pack({
      'bin/run': [text('#!/bin/sh\necho ran\n'), unix(0o100755)],
      link: [text('bin/run'), unix(0o120777)],
      plain: text('plain'),
      'buildspec.yml': text(
        'version: 0.2\nphases:\n  build:\n    commands:\n      - bin/run && ./link && ls "$CODEBUILD_SRC_DIR_lib"\n',
      ),
    }),
  );
  blobs.set('code/lib.zip', pack({ 'lib.txt': text('x'.repeat(1000)) }));
  const done = await build(
    {},
    {
      buildspecOverride: 'buildspec.yml',
      sourceTypeOverride: 'S3',
      sourceLocationOverride: 'code/app.zip',
      secondarySourcesOverride: [{ type: 'S3', location: 'code/lib.zip', sourceIdentifier: 'lib' }],
    },
  );
  expect(done.buildStatus).toBe('SUCCEEDED');
  expect(output()).toBe('ran\nran\nlib.txt\n');
});

test.each([
  ['../out', 0o100644],
  ['/out', 0o100644],
  ['link', 0o120777],
])('an archive whose entry %s points out of its directory is refused', async (path, mode) => {
  const { build, blobs } = await openCodeBuild(root);
  blobs.set('code/evil.zip', pack({ 'fine.txt': text('fine'), [path]: [text('../../../out'), unix(mode)] }));
  const done = await build(commands('true'), { sourceTypeOverride: 'S3', sourceLocationOverride: 'code/evil.zip' });
  expect(done.phases?.find(({ phaseType }) => phaseType === 'DOWNLOAD_SOURCE')).toMatchObject({
    phaseStatus: 'FAILED',
    contexts: [{ statusCode: 'CLIENT_ERROR', message: expect.stringContaining('points out') as string }],
  });
  expect(existsSync(join(root, 'out'))).toBe(false);
});

test('a source that is absent, damaged or no zip fails the build and says so', async () => {
  const { build, blobs } = await openCodeBuild(root);
  const from = { sourceTypeOverride: 'S3', sourceLocationOverride: 'code/app.zip' } as const;
  const message = (done: Build) =>
    done.phases?.find(({ phaseType }) => phaseType === 'DOWNLOAD_SOURCE')?.contexts?.[0]?.message;
  expect(message(await build(commands('true'), from))).toContain('NoSuchKey');
  blobs.set('code/app.zip', text('no zip at all, but longer than the end record'));
  expect(message(await build(commands('true'), from))).toContain('not a zip');
  const damaged = zipSync({ a: [text('content'), { level: 0 }] });
  damaged[32] = damaged[32]! ^ 1;
  blobs.set('code/app.zip', damaged);
  expect(message(await build(commands('true'), from))).toContain('a is damaged');
});

test('artifacts go to S3 as one zip with modes, named by the buildspec where the settings say so', async () => {
  const { build, blobs } = await openCodeBuild(root);
  const done = await build(
    {
      phases: {
        build: {
          commands: [
            'export V=7; mkdir -p out/deep; echo app > out/app.js; echo deep > out/deep/.hidden; echo no > out/app.map',
            "printf '#!/bin/sh\\n' > out/run; chmod 755 out/run",
            'node -e \'fs.writeFileSync("out/big.js", "x".repeat(400000))\'',
          ],
        },
      },
      artifacts: { 'base-directory': 'out', files: ['*.js', 'run', 'deep/**/*'], name: 'app-$V.zip' },
    },
    {
      artifactsOverride: {
        type: 'S3',
        location: 'built',
        path: 'releases',
        packaging: 'ZIP',
        name: 'unused.zip',
        overrideArtifactName: true,
      },
    },
  );
  expect(done.buildStatus).toBe('SUCCEEDED');
  expect(done.artifacts?.location).toBe('arn:aws:s3:::built/releases/app-7.zip');
  const zip = blobs.get('built/releases/app-7.zip')!;
  expect(Object.keys(unzipSync(zip))).toEqual(['app.js', 'big.js', 'deep/.hidden', 'run']);

  const again = await build(commands('./run && wc -c < big.js'), {
    sourceTypeOverride: 'S3',
    sourceLocationOverride: 'built/releases/app-7.zip',
  });
  expect(again.buildStatus).toBe('SUCCEEDED');
});

test('artifacts without packaging go one by one, with or without their directories', async () => {
  const { build, blobs } = await openCodeBuild(root);
  const spec = (discard: string) => ({
    ...commands('mkdir a; echo 1 > a/one'),
    artifacts: { files: ['**/*'], 'discard-paths': discard },
  });
  const to = (name: string) => ({ artifactsOverride: { type: 'S3', location: 'built', name } }) as const;
  await build(spec('no'), to('kept'));
  await build(spec('yes'), to('flat'));
  expect([...blobs.keys()]).toEqual(['built/kept/a/one', 'built/flat/one']);
});

test('artifacts of a failed build are uploaded too, and absent ones fail the build', async () => {
  const { build, blobs } = await openCodeBuild(root);
  const to = { artifactsOverride: { type: 'S3', location: 'built', name: 'x' } } as const;
  const failed = await build({ ...commands('echo 1 > report; false'), artifacts: { files: ['report'] } }, to);
  expect(failed.buildStatus).toBe('FAILED');
  expect([...blobs.keys()]).toEqual(['built/x/report']);
  const none = await build({ ...commands('true'), artifacts: { files: ['absent'] } }, to);
  expect(none.buildStatus).toBe('FAILED');
  expect(none.phases?.find(({ phaseType }) => phaseType === 'UPLOAD_ARTIFACTS')?.contexts?.[0]?.statusCode).toBe(
    'CLIENT_ERROR',
  );
});

test.each([
  ['run-as', { ...commands('true'), 'run-as': 'root' }],
  ['reports', { ...commands('true'), reports: {} }],
  ['phases.build.run-as', { phases: { build: { commands: ['true'], 'run-as': 'root' } } }],
  ['phases.install.runtime-versions.nodejs', { phases: { install: { 'runtime-versions': { nodejs: 8 } } } }],
  ['version', { version: 0.1, ...commands('true') }],
])('a buildspec with %s is refused by name', async (member, spec) => {
  const { build } = await openCodeBuild(root);
  const done = await build(spec);
  expect(done.buildStatus).toBe('FAILED');
  expect(done.phases?.find(({ phaseType }) => phaseType === 'DOWNLOAD_SOURCE')?.contexts?.[0]).toMatchObject({
    statusCode: 'YAML_FILE_ERROR',
    message: expect.stringContaining(member) as string,
  });
});
