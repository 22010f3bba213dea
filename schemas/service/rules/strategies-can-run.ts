import { target } from '../target.ts';
import { strategy, type Strategy } from '../strategy.ts';
import { mapAt, valueAt, type BrokenRule } from './rule.ts';

type Runner = 'lambda' | 'ecs' | 'codedeploy';
interface Refused {
  readonly setting: string;
  readonly message: string;
}

const needsCodeDeploy =
  'must not go with the controller ecs: CodeDeploy does this one, so the ECS service has to be made with target.controller codedeploy';
const refusedByCodeDeploy =
  'must not go with the controller codedeploy: AWS lets nothing but CodeDeploy change such a service; use blue_green, linear or canary';

/** What each runner cannot do, by strategy; what is not here can be done. Lambda's alias moves by any weights. */
const refusals: Readonly<Record<Strategy['type'], (strategy: Strategy, runner: Runner) => Refused | undefined>> = {
  immediate: (_, runner) => (runner === 'codedeploy' ? { setting: 'type', message: refusedByCodeDeploy } : undefined),
  rolling(strategy, runner) {
    if (runner === 'codedeploy') return { setting: 'type', message: refusedByCodeDeploy };
    if (runner !== 'ecs' || strategy.type !== 'rolling' || strategy.pauseSeconds === 0) return undefined;
    return { setting: 'pauseSeconds', message: 'must be 0 for ecs: ECS goes from part to part by itself' };
  },
  canary(strategy, runner) {
    if (runner !== 'codedeploy' || strategy.type !== 'canary' || strategy.steps.length === 2) return undefined;
    const message =
      'must be one share and 100, such as [10, 100], with the controller codedeploy: it knows no more steps';
    return { setting: 'steps', message };
  },
  linear: (_, runner) => (runner === 'ecs' ? { setting: 'type', message: needsCodeDeploy } : undefined),
  blue_green(strategy, runner) {
    if (runner === 'ecs') return { setting: 'type', message: needsCodeDeploy };
    if (runner !== 'lambda' || strategy.type !== 'blue_green' || strategy.terminateAfterSeconds === undefined)
      return undefined;
    const message = 'must not be set for lambda: an old version has no tasks that could be ended';
    return { setting: 'terminateAfterSeconds', message };
  },
};

/** A strategy that the target cannot run is refused where it is written, with the reason. */
export function strategiesCanRun(manifest: unknown): readonly BrokenRule[] {
  const on = target.safeParse(valueAt(manifest, 'target')).data;
  if (!on) return [];
  const runner = on.type === 'lambda' ? 'lambda' : on.controller;
  const environments = mapAt(manifest, 'environments');
  const own = Object.keys(environments)
    .map((name) => ['environments', name, 'strategy'])
    .filter((path) => valueAt(manifest, ...path) !== undefined);
  // With a strategy of its own for every environment, that of the whole file is never run.
  const isShared = own.length < Object.keys(environments).length;
  return [...(isShared ? [['strategy']] : []), ...own].flatMap((path): BrokenRule[] => {
    const written = strategy.safeParse(valueAt(manifest, ...path)).data;
    const refused = written && refusals[written.type](written, runner);
    return refused ? [{ path: [...path, refused.setting], message: refused.message }] : [];
  });
}
