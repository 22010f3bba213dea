import { describe, expect, it } from 'vitest';
import { faultKinds, faultPlan, type FaultKind, type FaultPlan } from '#local/gateway/faults/fault-plan.ts';
import { readFaultSettings } from '#local/gateway/faults/read-fault-settings.ts';

const many = 20_000;
const times = <T>(make: (nth: number) => T): T[] => Array.from({ length: many }, (_, nth) => make(nth));
const requests = (plan: FaultPlan) =>
  times((nth) => plan.request({ service: 'dynamodb', action: 'GetItem', ofAction: nth, ofService: nth }));
const share = (list: readonly unknown[]): number => list.filter((each) => each !== undefined).length / list.length;

describe('a fault plan', () => {
  it('says the same for the same seed, and something else for another', () => {
    const one = requests(faultPlan({ seed: 7, rate: 0.05 }));
    expect(requests(faultPlan({ seed: 7, rate: 0.05 }))).toEqual(one);
    expect(requests(faultPlan({ seed: 8, rate: 0.05 }))).not.toEqual(one);
  });

  it('says the same whatever it was asked in between', () => {
    const plan = faultPlan({ seed: 7, rate: 0.05 });
    const call = { service: 'lambda', action: 'POST invocations', ofAction: 11, ofService: 40 };
    const before = plan.request(call);
    requests(plan);
    expect(plan.request(call)).toEqual(before);
  });

  it('hits requests at the rate, alone and in outages, with every kind of fault', () => {
    const faults = requests(faultPlan({ seed: 1, rate: 0.05, kinds: faultKinds.filter((kind) => kind !== 'outage') }));
    expect(share(faults)).toBeGreaterThan(0.04);
    expect(share(faults)).toBeLessThan(0.06);
    expect(
      new Set(faults.flatMap((fault) => (fault ? [`${fault.kind} ${'effect' in fault ? fault.effect : ''}`] : []))),
    ).toEqual(new Set(['throttled ', 'slow ', 'failed none', 'failed done', 'reset none', 'reset done']));
  });

  it('keeps a service out for longer than a client asks again', () => {
    const faults = requests(faultPlan({ seed: 1, rate: 0.05, kinds: ['outage'] }));
    const first = faults.findIndex((fault) => fault !== undefined);
    expect(faults.slice(first, first + 12).map((fault) => fault?.kind)).toEqual(
      Array.from({ length: 12 }, () => faults[first]?.kind),
    );
    expect(share(faults)).toBeGreaterThan(0.03);
    expect(share(faults)).toBeLessThan(0.07);
  });

  const onlyOne: readonly (readonly [FaultKind, (plan: FaultPlan) => readonly unknown[], number])[] = [
    ['stop', (plan) => times((nth) => plan.stop('admit-deployment', nth)), 0.04],
    ['record', (plan) => times((nth) => plan.record('publish-outbox', nth)), 0.04],
    ['delivery', (plan) => times((nth) => plan.delivery('on-run-ended', nth)), 0.04],
    ['build', (plan) => times((nth) => plan.lostBuild(nth)), 0.08],
  ];
  it.each(onlyOne)('of the kind %s alone does nothing else', (kind, ask, rate) => {
    const plan = faultPlan({ seed: 3, rate: 0.01, kinds: [kind] });
    expect(share(ask(plan))).toBeGreaterThan(rate * 0.8);
    expect(share(ask(plan))).toBeLessThan(rate * 1.2);
    expect(share(requests(plan))).toBe(0);
    for (const [other, askOther] of onlyOne) if (other !== kind) expect(share(askOther(plan)), other).toBe(0);
  });

  it('at the rate 0 says that all goes well', () => {
    const plan = faultPlan({ seed: 1, rate: 0 });
    expect(share(requests(plan))).toBe(0);
    expect(onlyOne.map(([, ask]) => share(ask(plan)))).toEqual([0, 0, 0, 0]);
  });
});

describe('fault settings', () => {
  it('are read from one argument', () => {
    expect(readFaultSettings('seed=7,rate=0.02')).toEqual({ seed: 7, rate: 0.02 });
    expect(readFaultSettings('rate=1,seed=0,kinds=slow+stop')).toEqual({ seed: 0, rate: 1, kinds: ['slow', 'stop'] });
  });

  it.each([
    ['', 'has no ""'],
    ['rate=0.1', 'whole number as seed'],
    ['seed=1.5,rate=0.1', 'whole number as seed'],
    ['seed=1', 'rate from 0 to 1'],
    ['seed=1,rate=2', 'rate from 0 to 1'],
    ['seed=1,rate=0.1,speed=2', 'has no "speed"'],
    ['seed=1,rate=0.1,kinds=fire', 'knows no kind "fire"'],
  ])('"%s" are refused with the way out', (text, words) => {
    expect(() => readFaultSettings(text)).toThrow(words);
    expect(() => readFaultSettings(text)).toThrow(/seed=7,rate=0\.02|throttled/);
  });
});
