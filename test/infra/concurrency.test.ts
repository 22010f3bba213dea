import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functionCatalog, functionNameOf, type FunctionRow } from '#functions/catalog.ts';
import { reservedFor } from '#infra/concurrency.ts';
import { completeContext, deploymentServiceWith, ofType, resourcesOf } from './synthesized.ts';

const reserved = (rows: readonly FunctionRow[], limit: number) =>
  rows.map((row) => reservedFor(row, limit) ?? 0).reduce((sum, each) => sum + each, 0);

it('leaves most of an account to the functions that reserve nothing, and never less than AWS keeps back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 100_000 }), (limit) => {
      const left = limit - reserved(functionCatalog, limit);
      expect(left).toBeGreaterThanOrEqual(Math.min(limit, 100));
      expect(left).toBeGreaterThanOrEqual(0.4 * limit);
    }),
  );
});

it('reserves something for each that may, and nothing in an account that has just begun', () => {
  const who = functionCatalog.filter((row) => reservedFor(row, 1000) !== undefined);
  expect(who.map(({ entry }) => entry).toSorted()).toEqual([
    'api/authorize',
    'api/receive-github-webhook',
    'api/receive-gitlab-webhook',
    'api/stream-logs',
    'streams/publish-outbox',
    'streams/sink-logs',
    'streams/wake-waiters',
  ]);
  for (const row of who) expect(reservedFor(row, 400), row.entry).toBeGreaterThan(0);
  expect(reserved(functionCatalog, 100)).toBe(0);
});

describe('in the template', () => {
  const concurrencyOf = (entry: string, resources = ofType('AWS::Lambda::Function')) => {
    const row = functionCatalog.find((each) => each.entry === entry) as FunctionRow;
    return resources.find(({ properties }) => properties['FunctionName'] === functionNameOf(row))?.properties[
      'ReservedConcurrentExecutions'
    ];
  };

  it('viewers of logs get a quarter of the account, streams a twentieth each', () => {
    expect(concurrencyOf('api/stream-logs')).toBe(250);
    expect(concurrencyOf('streams/publish-outbox')).toBe(50);
    expect(concurrencyOf('api/create-deployment')).toBeUndefined();
  });

  it('follows the setting', () => {
    const larger = resourcesOf(deploymentServiceWith({ ...completeContext, lambdaConcurrency: '4000' }));
    expect(concurrencyOf('streams/sink-logs', larger)).toBe(400);
    const small = resourcesOf(deploymentServiceWith({ ...completeContext, lambdaConcurrency: '10' }));
    expect(small.filter(({ properties }) => 'ReservedConcurrentExecutions' in properties)).toEqual([]);
  });
});
