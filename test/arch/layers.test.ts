import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Rule {
  readonly files: string;
  /** Beginnings of import names that must not stand there. */
  readonly never: readonly string[];
}

// The linter says the same while one types; this says it of the tree as a whole, also of files that nobody lints.
const rules: readonly Rule[] = [
  {
    files: 'schemas/**/*.ts',
    never: ['#domain', '#ports', '#usecases', '#adapters', '#runtime', '#functions', '#local'],
  },
  {
    files: 'src/domain/**/*.ts',
    never: ['#ports', '#usecases', '#adapters', '#runtime', '#functions', '#local', '@aws-sdk', 'node:'],
  },
  { files: 'src/ports/**/*.ts', never: ['#usecases', '#adapters', '#runtime', '#functions', '#local', '@aws-sdk'] },
  { files: 'src/usecases/**/*.ts', never: ['#adapters', '#runtime', '#functions', '#local', '@aws-sdk'] },
  { files: 'src/adapters/**/*.ts', never: ['#usecases', '#runtime', '#functions', '#local'] },
  { files: 'functions/**/handler.ts', never: ['#adapters', '#local', '@aws-sdk', 'node:'] },
  { files: 'src/{runtime,client,runner}/**/*.ts', never: ['#local'] },
  { files: 'local/**/*.ts', never: ['#ports', '#usecases', '#adapters'] },
];

describe('imports point inward', () => {
  test.each(rules)('$files', ({ files, never }) => {
    const paths = globSync(files);
    expect(paths.length).toBeGreaterThan(0);
    const wrong = paths.flatMap((path) =>
      importsOf(path)
        .filter((name) => never.some((start) => name === start || name.startsWith(start)))
        .map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('only the runtime and what starts a process reads the environment', () => {
    const readers = globSync('{src,functions}/**/*.ts')
      .filter((path) => readFileSync(path, 'utf8').includes('process.env'))
      .filter((path) => !path.startsWith('src/runner/'));
    // Lambda says there, anew with each invocation, which trace it belongs to.
    expect(readers).toEqual(['src/runtime/deps.ts', 'src/runtime/xray-subsegment.ts']);
  });

  test('nothing that ships to AWS asks whether it runs locally', () => {
    const asking = globSync('{src,functions,schemas}/**/*.ts').filter((path) =>
      /\b(isLocal|if \(local\)|LOCAL_HOST|AWS_ENDPOINT_URL)\b/.test(readFileSync(path, 'utf8')),
    );
    expect(asking).toEqual([]);
  });
});

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}
