import * as z from 'zod';
import { expect, it } from 'vitest';
import { standing } from '../../scripts/cost/assumptions.ts';
import { ofType } from './synthesized.ts';

const alarm = z.object({ Metrics: z.array(z.object({ MetricStat: z.unknown().optional() })).optional() });

it('what the cost sheet says the template has is what the template has', () => {
  const metricsInAlarms = ofType('AWS::CloudWatch::Alarm')
    .map(
      ({ properties }) =>
        alarm.parse(properties).Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1,
    )
    .reduce((sum, each) => sum + each, 0);
  const rules = ofType('AWS::WAFv2::WebACL')
    .flatMap(({ properties }) => properties['Rules'])
    .flat();
  const found = {
    metricsInAlarms,
    compositeAlarms: ofType('AWS::CloudWatch::CompositeAlarm').length,
    keys: ofType('AWS::KMS::Key').length,
    firewallRules: rules.length,
  };
  // A queue more or less changes no budget.
  for (const [name, value] of Object.entries(standing)) {
    const now = found[name as keyof typeof found];
    expect(Math.abs(now - value), `${name}: ${value} in scripts/cost/assumptions.ts, ${now} now`).toBeLessThanOrEqual(
      value * 0.15,
    );
  }
});
