import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearOutputs, writeOutputs } from '#runner/outputs.ts';
import { tempDirectory } from './temp-directory.ts';

describe('the outputs file', () => {
  it('gives a shell exactly the values that were written, whatever is in them', () => {
    const directory = tempDirectory();
    const value = fc.string({ unit: fc.constantFrom("'", '"', '$', '`', '\\', '\n', ' ', ';', 'a', 'é', '!', '*') });
    fc.assert(
      fc.property(value, value, (A, B) => {
        writeOutputs(directory, { A, B });
        const script = '. "$0/outputs.env"; printf "%s|%s|" "$(printenv A; echo x)" "$(printenv B; echo x)"';
        const seen = execFileSync('sh', ['-c', script, directory], { encoding: 'utf8' });
        expect(seen).toBe(`${A}\nx|${B}\nx|`);
      }),
      { numRuns: 25 },
    );
  });

  it('is written anew, and not through a link that a command of the build left', () => {
    const directory = tempDirectory();
    const victim = join(directory, 'victim');
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, join(directory, 'outputs.env'));
    writeOutputs(directory, { A: '1' });
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(readFileSync(join(directory, 'outputs.env'), 'utf8')).toBe("export A='1'\n");
  });

  it('is gone after it was cleared, whatever it was', () => {
    const directory = tempDirectory();
    mkdirSync(join(directory, 'outputs.env', 'deep'), { recursive: true });
    clearOutputs(directory);
    clearOutputs(directory);
    expect(existsSync(join(directory, 'outputs.env'))).toBe(false);
  });
});
