import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reporter, TestModule, TestRunEndReason, Vitest } from 'vitest/node';
import { callsFileVariable } from '#local/gateway/call-log.ts';
import { beyondGrants, unusedGrants } from './compare-grants.ts';
import { readCalls } from './recorded-calls.ts';
import { unusedGrantReasons } from './unused-grants.ts';

/**
 * After a run of tests, compares what the functions called with what the templates allow them. A call that no role allows
 * fails every run; a grant that nothing used, and that has no reason, fails a run of the whole suite.
 */
export default class GrantsReporter implements Reporter {
  readonly #directory = mkdtempSync(join(tmpdir(), 'calls-'));
  readonly #file = join(this.#directory, 'calls.txt');
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
    // The workers, and the hosts that tests start as processes of their own, get it from here.
    process.env[callsFileVariable] = this.#file;
    process.once('exit', () => rmSync(this.#directory, { recursive: true, force: true }));
  }

  async onTestRunEnd(modules: readonly TestModule[], _errors: unknown, reason: TestRunEndReason): Promise<void> {
    const calls = existsSync(this.#file) ? readCalls(readFileSync(this.#file, 'utf8')) : [];
    if (calls.length === 0) return;
    // Only now: most runs call nothing, and need not wait for templates.
    const { grantedRoles } = await import('./granted-roles.ts');
    const whole = reason === 'passed' && (await this.#ranAll(modules));
    const faults = faultsOf(() => {
      const granted = withoutValidation(grantedRoles);
      return [...beyondGrants(calls, granted), ...(whole ? unusedGrants(calls, granted, unusedGrantReasons) : [])];
    });
    if (faults.length === 0) return;
    process.stderr.write(`\nGrants (test/infra/grants-reporter.ts):\n${faults.map((each) => `  ${each}\n`).join('')}`);
    process.exitCode = 1;
  }

  async #ranAll(modules: readonly TestModule[]): Promise<boolean> {
    if (!this.#vitest) return false;
    const { project, shard, testNamePattern } = this.#vitest.config;
    if (project.length > 0 || shard !== undefined || testNamePattern !== undefined) return false;
    const all = await this.#vitest.globTestSpecifications();
    return all.every(({ moduleId }) => modules.some((ran) => ran.moduleId === moduleId));
  }
}

function faultsOf(compare: () => readonly string[]): readonly string[] {
  try {
    return compare();
  } catch (error) {
    return [`They cannot be compared with what was called: ${String(error)}`];
  }
}

/** CDK would check the templates once more, which takes ten times as long. */
function withoutValidation<T>(synthesize: () => T): T {
  const before = process.env['CDK_VALIDATION'];
  process.env['CDK_VALIDATION'] = 'false';
  try {
    return synthesize();
  } finally {
    if (before === undefined) delete process.env['CDK_VALIDATION'];
    else process.env['CDK_VALIDATION'] = before;
  }
}
