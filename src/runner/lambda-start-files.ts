import { readFile } from 'node:fs/promises';
import type { AddedFile } from './zip.ts';

/** The folder is ours in every artifact; `schemas/service/lambda-secret-variables.ts` says where Lambda finds it. */
const folder = '.deployment-service/';

/** What a function needs to get its secrets when an environment of it starts. In every artifact, since any may get some. */
export async function lambdaStartFiles(): Promise<readonly AddedFile[]> {
  // Beside this file, and beside the bundle in the kit.
  const read = (name: string): Promise<Uint8Array> => readFile(new URL(`lambda-start/${name}`, import.meta.url));
  const entry = async (name: string, executable: boolean): Promise<AddedFile> => {
    return { name: `${folder}${name}`, content: await read(name), executable };
  };
  return [
    await entry('with-secrets', true),
    await entry('read-secrets.cjs', false),
    await entry('hide-secrets.cjs', false),
  ];
}
