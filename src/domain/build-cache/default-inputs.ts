import type { BuildStage } from '#schemas/service/build.ts';

/** Everything. */
const wholeSource = ['**'];

/**
 * Commands that read manifests and lock files and nothing else of the source, provided that no package of the source has
 * scripts of its own: `hasInstallScript` looks at that. Anything in front, behind or between makes another command of it.
 */
const packageManagers =
  /^(?:(?:npm (?:ci|install|i)|yarn(?: install)?|pnpm (?:install|i))(?: --?[a-z][\w-]*(?:=[\w./:@-]+)?)*|(?:node|npm) --version)$/;

const manifests = [
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  '.pnpmfile.cjs',
  '.node-version',
  '.nvmrc',
  // Packages that lie in the repository itself.
  '*.tgz',
].map((name) => `**/${name}`);

/** Yarn runs what lies here, patches included. */
const yarnDirectory = ['.yarn'];

/**
 * What a stage reads when its manifest does not say. The whole source is never wrong. Less is taken only for an install whose
 * every command is a plain call of a package manager.
 */
export function defaultInputs(stage: BuildStage, commands: readonly string[]): readonly string[] {
  const isPlainInstall = stage === 'install' && commands.every((command) => packageManagers.test(command.trim()));
  return isPlainInstall ? [...manifests, ...yarnDirectory] : wholeSource;
}

const installScripts = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare', 'prepublish'];

/**
 * Whether a `package.json` of the source has a script that an install runs, which may read anything. One that cannot be read
 * counts as having one.
 */
export function hasInstallScript(packageJson: string): boolean {
  try {
    const { scripts } = JSON.parse(packageJson) as { scripts?: unknown };
    if (scripts === undefined) return false;
    if (scripts === null || typeof scripts !== 'object') return true;
    return installScripts.some((name) => Object.hasOwn(scripts, name));
  } catch {
    return true;
  }
}

/** Files whose mere presence makes an install run code of the source or apply files that only a package manager knows. */
export const installRunsCode = ['**/binding.gyp', '**/.pnpmfile.cjs', '**/patches/**'];
