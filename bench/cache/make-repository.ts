import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The services of the repository, each a package that stands on `core`. */
export const services = ['orders', 'prices', 'mail', 'stock'] as const;
export type ServiceName = (typeof services)[number];

const packages = ['core', ...services] as const;
const libraries = ['queue', 'format', 'money', 'trace'] as const;
const filesPerPackage = 50;
const filesPerLibrary = 80;
const testFiles = 3;

export interface Commit {
  readonly id: string;
  /** What it touched, in words. */
  readonly touched: string;
}

/**
 * A git repository of five packages and four libraries that come as tarballs, so that an install needs no network; and
 * `count` commits, each touching one thing: mostly the source of a package, sometimes documentation, sometimes the lock file.
 */
export function makeRepository(directory: string, count: number, random: () => number): readonly Commit[] {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', directory, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], {
      encoding: 'utf8',
    }).trim();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  const versions = new Map<string, number>(libraries.map((name) => [name, 0]));
  const lock = (): void => {
    write('package.json', rootPackage(versions));
    const npm = ['install', '--package-lock-only', '--offline', '--no-audit', '--no-fund', '--ignore-scripts'];
    execFileSync('npm', npm, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const commit = (touched: string): Commit => {
    git('add', '--all');
    git('commit', '--quiet', '--message', touched);
    return { id: git('rev-parse', 'HEAD'), touched };
  };

  execFileSync('git', ['init', '--quiet', directory]);
  for (const name of libraries) packLibrary(directory, name, 0);
  for (const name of packages) {
    for (let index = 0; index < filesPerPackage; index++) write(...sourceFile(name, index, 0));
    write(`packages/${name}/src/index.ts`, indexFile(name));
    write(`packages/${name}/tsconfig.json`, compilerSettings(name));
    for (let index = 0; index < testFiles; index++) write(...testFile(name, index));
  }
  write('README.md', '# Shop\n');
  lock();
  commit('the beginning');

  return Array.from({ length: count }, (_, number) => {
    const turn = random();
    if (turn < 0.2) {
      write('docs/notes.md', `Note ${number}.\n`);
      return commit('documentation');
    }
    if (turn < 0.27) {
      const name = libraries[Math.floor(random() * libraries.length)] ?? 'queue';
      const version = (versions.get(name) ?? 0) + 1;
      rmSync(join(directory, tarball(name, version - 1)));
      packLibrary(directory, name, version);
      versions.set(name, version);
      lock();
      return commit(`lock file (${name})`);
    }
    // The shared package changes less often than those that stand on it.
    const name = turn < 0.32 ? 'core' : (services[Math.floor(random() * services.length)] ?? 'orders');
    write(...sourceFile(name, Math.floor(random() * filesPerPackage), number + 1));
    return commit(name);
  });
}

/** What a service's stages read beyond the lock file. */
export function stagesOf(service: ServiceName) {
  const sources = ['core', service].flatMap((name) => [`packages/${name}/src`, `packages/${name}/tsconfig.json`]);
  const own = `packages/${service}`;
  return {
    install: { commands: ['npm ci --offline --no-audit --no-fund'] },
    compile: { commands: [`tsc -p ${own}`], inputs: sources },
    test: { commands: [`node --test ${own}/test/*.test.mjs`], inputs: [...sources, `${own}/test`] },
    bundle: {
      commands: [
        `esbuild ${own}/build/${service}/src/index.js --bundle --platform=node --format=esm --log-level=error --outfile=dist/index.mjs`,
      ],
      inputs: sources,
    },
  };
}

function tarball(name: string, version: number): string {
  return `vendor/${name}-1.0.${version}.tgz`;
}

function packLibrary(directory: string, name: string, version: number): void {
  const place = join(directory, 'vendor', 'package');
  mkdirSync(place, { recursive: true });
  const own = {
    name: `shop-${name}`,
    version: `1.0.${version}`,
    type: 'module',
    main: 'index.js',
    types: 'index.d.ts',
  };
  writeFileSync(join(place, 'package.json'), JSON.stringify(own));
  writeFileSync(join(place, 'index.d.ts'), `export declare function ${name}(value: number): number;\n`);
  writeFileSync(join(place, 'index.js'), `export function ${name}(value) { return value + ${version}; }\n`);
  for (let index = 0; index < filesPerLibrary; index++) {
    const lines = Array.from({ length: 60 }, (_, line) => `export const v${line} = '${name} ${index} ${line}';`);
    writeFileSync(join(place, `part-${index}.js`), lines.join('\n'));
  }
  // The same bytes at every run: times and owners are left out.
  const still = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  execFileSync('tar', [
    '-C',
    join(directory, 'vendor'),
    ...still,
    '-czf',
    join(directory, tarball(name, version)),
    'package',
  ]);
  rmSync(place, { recursive: true });
}

function rootPackage(versions: ReadonlyMap<string, number>): string {
  const dependencies = Object.fromEntries(
    [...versions].map(([name, version]): [string, string] => [`shop-${name}`, `file:${tarball(name, version)}`]),
  );
  return `${JSON.stringify({ name: 'shop', private: true, type: 'module', dependencies }, null, 2)}\n`;
}

function sourceFile(name: string, index: number, edit: number): [string, string] {
  const fields = Array.from(
    { length: 12 },
    (_, field) => `  readonly f${field}: ${field % 2 === 0 ? 'number' : 'string'};`,
  );
  const text = `export interface Part${index} {
${fields.join('\n')}
}
export type Partial${index} = { readonly [K in keyof Part${index}]?: Part${index}[K] };
export function sum${index}(part: Partial${index}): number {
  return Object.values(part).reduce<number>((all, value) => all + (typeof value === 'number' ? value : value.length), ${edit});
}
`;
  return [`packages/${name}/src/part-${index}.ts`, text];
}

function indexFile(name: string): string {
  const numbers = Array.from({ length: filesPerPackage }, (_, index) => index);
  const imports = numbers.map((index) => `import { sum${index} } from './part-${index}.js';`);
  const others =
    name === 'core'
      ? ''
      : `import { total as core } from '../../core/src/index.js';\n${libraries.map((each) => `import { ${each} } from 'shop-${each}';\n`).join('')}`;
  const parts = numbers.map((index) => `sum${index}({ f0: ${index} })`).join(' + ');
  const more = name === 'core' ? '' : ` + core() + ${libraries.map((each) => `${each}(1)`).join(' + ')}`;
  return `${imports.join('\n')}\n${others}export function total(): number {\n  return ${parts}${more};\n}\n`;
}

function testFile(name: string, index: number): [string, string] {
  const text = `import { test } from 'node:test';
import assert from 'node:assert/strict';
import { total } from '../build/${name}/src/index.js';
test('the total is a number, file ${index}', () => {
  for (let turn = 0; turn < 2000; turn++) assert.equal(Number.isFinite(total()), true);
});
`;
  return [`packages/${name}/test/part-${index}.test.mjs`, text];
}

function compilerSettings(name: string): string {
  const include = name === 'core' ? ['src'] : ['src', '../core/src'];
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    strict: true,
    skipLibCheck: true,
    types: [],
    rootDir: '..',
    outDir: 'build',
  };
  return `${JSON.stringify({ compilerOptions, include }, null, 2)}\n`;
}
