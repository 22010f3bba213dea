import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { printJson, printLines } from '../print.ts';
import { verdictLines } from '../render/manifest-verdict.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { UsageError } from '../usage-error.ts';

export function addValidate(program: Command, run: RunCommand): void {
  program
    .command('validate')
    .description('check a service.yaml and show every fault at its place')
    .argument('[file]', 'the manifest', 'service.yaml')
    .action((file: string, options: SharedOptions) => run(options, (session) => validate(session, file)));
}

async function validate({ client, cwd, json, output }: Session, file: string): Promise<ExitCode> {
  const text = await readManifest(resolve(cwd, file));
  const { body } = await client.validateServiceManifest({ body: text });
  const { paint } = output.out;
  if (json) printJson(output.out, { file, ...body });
  else printLines(output.out, verdictLines(file, text, body, paint));
  return body.valid ? exitCode.ok : exitCode.failed;
}

async function readManifest(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read.`,
      'Give the path of the manifest: dsctl validate path/to/service.yaml',
      error,
    );
  }
}
