import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OnLoadResult, PartialMessage, Plugin } from 'esbuild';
import { leanRules, type LeanRule } from './lean-rules.ts';

/** Which rules have found something to do, over all passes of one build. */
export type LeanRulesApplied = Set<string>;

/** Packages that keep a second copy of themselves, as modules that can be bundled in parts. */
const modularCopies: Readonly<Record<string, string>> = { yaml: 'node_modules/yaml/browser/index.js' };

/** Every pass loads the same files of the same packages. */
const rewritten = new Map<string, string>();

/** Leaves out of a bundle what its packages bring along and no function reaches. */
export function leanPackages(root: string, applied: LeanRulesApplied): Plugin {
  return {
    name: 'lean-packages',
    setup(plugin) {
      for (const [name, copy] of Object.entries(modularCopies)) {
        plugin.onResolve({ filter: new RegExp(`^${name}$`) }, () => {
          applied.add(name);
          return { path: join(root, copy) };
        });
      }
      for (const rule of leanRules) {
        plugin.onLoad({ filter: rule.files }, async ({ path }): Promise<OnLoadResult> => {
          const contents = rewritten.get(path) ?? rule.rewrite(await readFile(path, 'utf8'));
          if (contents === undefined) return { errors: [notAsExpected(rule, path)] };
          rewritten.set(path, contents);
          applied.add(rule.name);
          return { contents, loader: 'js' };
        });
      }
    },
  };
}

/**
 * A rule that finds nothing means that a package is laid out differently by now, and bundles would grow unnoticed.
 *
 * @throws Error that names the rules
 */
export function requireAllApplied(applied: LeanRulesApplied): void {
  const idle = [...leanRules.map(({ name }) => name), ...Object.keys(modularCopies)].filter(
    (name) => !applied.has(name),
  );
  if (idle.length > 0) throw new Error(`scripts/lean-packages.ts finds nothing to leave out for: ${idle.join('; ')}.`);
}

function notAsExpected({ name }: LeanRule, path: string): PartialMessage {
  return { text: `${path} is not laid out as scripts/lean-rules.ts expects it (${name}).` };
}
