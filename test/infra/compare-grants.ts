import type { Capability } from '#functions/capabilities.ts';
import type { Statement } from './policies.ts';
import { actionsFor, type RecordedCall } from './recorded-calls.ts';

/** What somebody's roles allow: the own one, and those that it takes on for others. */
export interface Granted {
  readonly needs: readonly Capability[];
  readonly own: readonly Statement[];
  /** Of the roles that services keep for being released into; empty for who may not take them on. */
  readonly assumed: readonly Statement[];
}

type ReasonByAction = Readonly<Record<string, string>>;

/** Why what is granted is never seen to be used. */
export interface Reasons {
  /** Whoever has it. */
  readonly ofAction: ReasonByAction;
  /** What comes with a capability, for whoever has that. */
  readonly ofCapability: Readonly<Partial<Record<Capability, ReasonByAction>>>;
  /** Of one function; one that is not granted any more has to go. */
  readonly ofFunction: Readonly<Record<string, ReasonByAction>>;
}

/** Each call of a function that no role of it allows, as a sentence. Callers that are no functions are no concern. */
export function beyondGrants(calls: readonly RecordedCall[], granted: ReadonlyMap<string, Granted>): readonly string[] {
  return calls.flatMap((call) => {
    const roles = granted.get(call.caller);
    if (!roles) return [];
    return actionsFor(call)
      .filter((action) => ![...roles.own, ...roles.assumed].some((statement) => allows(statement, action, call)))
      .map((action) => `${call.caller} calls ${action}${whatOf(call)}, which none of its roles allows.`);
  });
}

function allows({ Effect, Action, Resource }: Statement, action: string, { resource }: RecordedCall): boolean {
  if (Effect !== 'Allow' || !Action.includes(action)) return false;
  // A bucket's objects are granted by the beginning of their keys, or all of them.
  return resource === '-' || Resource.some((each) => each.includes(`/${resource}/`) || /(\.Arn|^)\/?\*$/.test(each));
}

function whatOf({ resource }: RecordedCall): string {
  return resource === '-' ? '' : ` on ${resource}/`;
}

/**
 * Each grant that was not used and has no reason, and each reason that is not needed, as sentences. Only of a whole suite:
 * a part of it uses a part of the grants.
 */
export function unusedGrants(
  calls: readonly RecordedCall[],
  granted: ReadonlyMap<string, Granted>,
  { ofAction, ofCapability, ofFunction }: Reasons,
): readonly string[] {
  const used = new Set(
    calls
      .filter(({ caller }) => granted.has(caller))
      .flatMap((call) => actionsFor(call).map((action) => `${call.caller} ${action}`)),
  );
  const idle = [...granted].flatMap(([name, { own, needs }]) =>
    [...new Set(own.flatMap(({ Action }) => Action))]
      .filter((action) => !used.has(`${name} ${action}`))
      .map((action) => ({ name, action, needs })),
  );
  const explained = ({ name, action, needs }: (typeof idle)[number]): boolean =>
    [ofAction, ofFunction[name], ...needs.map((need) => ofCapability[need])].some((of) => of?.[action] !== undefined);
  const needless = Object.entries(ofFunction).flatMap(([name, reasons]) =>
    Object.keys(reasons)
      // Used by chance in one run, it still needs its reason in the next.
      .filter((action) => !granted.get(name)?.own.some(({ Action }) => Action.includes(action)))
      .map((action) => `unused-grants.ts explains ${action} of ${name}, which is not granted.`),
  );
  return [
    ...idle
      .filter((each) => !explained(each))
      .map(({ name, action }) => `${name} is granted ${action}, which no test sees it use.`),
    ...idleAssumed(granted, used, ofAction),
    ...needless,
  ];
}

/** What services let releases do is used by the functions that release, taken together. */
function idleAssumed(
  granted: ReadonlyMap<string, Granted>,
  used: ReadonlySet<string>,
  ofAction: Reasons['ofAction'],
): readonly string[] {
  const releasing = [...granted].filter(([, { assumed }]) => assumed.length > 0);
  const actions = new Set(releasing.flatMap(([, { assumed }]) => assumed.flatMap(({ Action }) => Action)));
  return [...actions]
    .filter((action) => ofAction[action] === undefined && !releasing.some(([name]) => used.has(`${name} ${action}`)))
    .map((action) => `A deploy role allows ${action}, which no test sees a release use.`);
}
