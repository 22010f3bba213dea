import '#test/support/quiet-logs.ts';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Logger } from '@aws-lambda-powertools/logger';
import { failureOf } from '#domain/deployment/failure-of.ts';
import { endStep } from '#domain/deployment/end-step.ts';
import { scrubMember } from '#domain/redaction/scrub-data.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { withDeps } from '#runtime/deps.ts';
import { problemFor } from '#runtime/problem.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { aDeployment, aStep, moment } from '#test/support/builders.ts';
import { lambdaContext } from './api-event.ts';

const text = 'cannot reach postgres://app:hunter2@db:5432';
const shown = 'cannot reach postgres://app:***@db:5432';

describe('what looks like a credential does not leave', () => {
  test('in a problem, nor in its faults', () => {
    const faults = [
      { pointer: '/repository', message: text, value: `"https://u:hunter2@example.org"` },
      { pointer: '/settings/apiToken', message: 'is not known here', value: '"hunter2"' },
    ];
    expect(problemFor(new Refusal('conflict', text, { faults }), 'r1')).toMatchObject({
      detail: shown,
      faults: [
        { pointer: '/repository', message: shown, value: `"https://u:***@example.org"` },
        { pointer: '/settings/apiToken', message: 'is not known here' },
      ],
    });
    expect(JSON.stringify(problemFor(new Refusal('conflict', text, { faults }), 'r1'))).not.toContain('hunter2');
  });

  test('in a recorded failure', () => {
    expect(failureOf(new Refusal('step_failed', text))).toEqual({ code: 'step_failed', message: shown });
  });

  test('in the end of a step: its failure, its reports, its events', () => {
    const step = aStep();
    const failed = [{ name: text, message: text }];
    const reports = [{ type: 'junit' as const, key: 'k', tests: 1, failures: 1, errors: 0, skipped: 0, failed }];
    const failure = { code: 'step_failed' as const, message: text, logTail: [text], testMessages: failed };
    const data = { url: 'http://x', healthy: false, probes: 1, reason: text };
    const decision = endStep(
      { deployment: aDeployment(), steps: [step] },
      { step, failure, reports, facts: [{ type: 'deployment.health_check', data }] },
      moment(),
    );
    const written = JSON.stringify([decision?.writes, decision?.events]);
    expect(written).not.toContain('hunter2');
    expect(written.match(/app:\*\*\*@db/g)?.length).toBeGreaterThanOrEqual(6);
  });

  test('in what a task tells its machine', async () => {
    const run = taskHandler(z.unknown(), () => Promise.reject(new Refusal('step_failed', text, { transient: true })));
    const told: unknown = await withDeps({} as Deps, () => run({}, lambdaContext)).catch((error: unknown) => error);
    expect(told).toMatchObject({ name: 'transient_fault', message: shown });
    expect(String((told as Error).stack)).not.toContain('hunter2');
  });

  test('in the log of a function: by pattern in any text, by name in a member', () => {
    const lines: string[] = [];
    const logger = new Logger({ serviceName: 'test', logLevel: 'INFO', jsonReplacerFn: scrubMember });
    const collect = (line: string): void => void lines.push(line);
    Object.assign(logger, { console: { ...console, info: collect, error: collect } });
    logger.info(text, { clientSecret: 'hunter2', nested: { authorization: 'hunter2', list: [text] }, count: 3 });
    logger.error('It failed', { error: new Error(text, { cause: new Error(text) }) });
    expect(lines).toHaveLength(2);
    expect(lines.join('\n')).not.toContain('hunter2');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      message: shown,
      clientSecret: '***',
      nested: { authorization: '***', list: [shown] },
      count: 3,
    });
  });
});
