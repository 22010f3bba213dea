import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { functionCatalog, type FunctionRow } from '#functions/catalog.ts';

/** The file that wires every port to its adapter. */
const wiring = 'src/runtime/deps.ts';
/** Where ports are used: these take dependencies, everything else takes values. */
const takesDeps = /^(src\/usecases|src\/runtime|functions)\//;

/**
 * Which adapters the wiring can do without, for each function: those of ports that none of its modules names. A module
 * gets at a port by its name alone, so what is not named is not used.
 *
 * @returns import specifiers, by the entry of the function
 */
export async function adaptersLeftOut(root: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const ports = adaptersByPort(await readFile(join(root, wiring), 'utf8'));
  const every = new Set([...ports.values()].flat());
  const { inputs } = await ownModules(root);
  const texts = new Map<string, string>();
  for (const file of Object.keys(inputs).filter((path) => takesDeps.test(path))) {
    texts.set(file, await readFile(join(root, file), 'utf8'));
  }
  return new Map(
    functionCatalog.map(({ entry }) => {
      const own = [...reachable(`functions/${entry}/handler.ts`, inputs)].map((file) => texts.get(file) ?? '');
      const used = [...ports].filter(([port]) => own.some((text) => names(text, port)));
      const kept = new Set(used.flatMap(([, adapters]) => adapters));
      return [entry, [...every].filter((adapter) => !kept.has(adapter))];
    }),
  );
}

/** `deps.port`, a port among the names of a `Pick`, or one taken out of dependencies. */
function names(text: string, port: string): boolean {
  return new RegExp(`\\.${port}\\b|'${port}'|[{,]\\s*${port}\\s*[,:}=]`).test(text);
}

/** The graph of what is ours, without packages and without the wiring. */
async function ownModules(root: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: functionCatalog.map(({ entry }: FunctionRow) => `functions/${entry}/handler.ts`),
    outdir: 'out',
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    metafile: true,
    plugins: [
      {
        name: 'own-modules',
        setup(plugin) {
          plugin.onResolve({ filter: /^[^.#/]|\/deps\.ts$/ }, ({ path, kind }) =>
            kind === 'entry-point' ? undefined : { path, external: true },
          );
        },
      },
    ],
  });
  return metafile;
}

function reachable(entry: string, inputs: Metafile['inputs']): ReadonlySet<string> {
  const found = new Set([entry]);
  for (const file of found) {
    for (const { path, external } of inputs[file]?.imports ?? []) if (external !== true) found.add(path);
  }
  return found;
}

/**
 * Reads off the wiring which adapters each port is made of. What the makers share is kept for all.
 *
 * @throws Error when the wiring is not written as expected
 */
function adaptersByPort(text: string): ReadonlyMap<string, readonly string[]> {
  const imported = [...text.matchAll(/^import \{([^}]*)\} from '(#adapters\/[^']+)';$/gm)].map(
    ([, list = '', specifier = '']) => ({ specifier, names: list.split(',').map((name) => name.trim()) }),
  );
  const [, makers] = /^ {2}const makers: [^\n]*\n([\s\S]*?)^ {2}\};$/m.exec(text) ?? [];
  const parts = makers?.split(/^ {4}(?=\w+: )/m).slice(1) ?? [];
  if (imported.length === 0 || parts.length === 0) throw new Error(`${wiring} does not make ports as it did.`);
  const outside = text.replace(makers ?? '', '');
  const isShared = (name: string): boolean => (outside.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1;
  return new Map(
    parts.map((part) => [
      /^\w+/.exec(part)?.[0] ?? '',
      imported
        .filter(({ names }) => !names.some(isShared) && names.some((name) => new RegExp(`\\b${name}\\b`).test(part)))
        .map(({ specifier }) => specifier),
    ]),
  );
}
