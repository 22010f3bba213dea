import type { Action, Records, WeightedGroup } from './records.ts';

/** What the rules of all listeners make of a host name. */
export interface Routing {
  /** @param host lower case, without the port */
  route(host: string): Action | undefined;
  /** The host names of all rules. */
  hosts(): readonly string[];
}

interface Route {
  readonly host: string;
  readonly matches: (host: string) => boolean;
  readonly action: Action;
}

/** Listeners in the order of their creation, the rules of each by priority. Worked out anew when a record changes. */
export function createRouting(records: Records): Routing {
  let seen = -1;
  let routes: readonly Route[] = [];
  const current = (): readonly Route[] => {
    if (seen === records.revision()) return routes;
    seen = records.revision();
    const rules = records.all('rule').toSorted((a, b) => a.priority - b.priority);
    routes = records
      .all('listener')
      .flatMap((listener) => rules.filter((rule) => rule.listener === listener.arn))
      .flatMap(({ hosts, action }) => hosts.map((host) => ({ host, matches: matcherOf(host), action })));
    return routes;
  };

  return {
    route: (host) => current().find(({ matches }) => matches(host))?.action,
    hosts: () => current().map(({ host }) => host),
  };
}

/** Whether a listener or a rule sends anything to the group. */
export function isUsed(records: Records, group: string): boolean {
  return [...records.all('listener'), ...records.all('rule')].some(
    ({ action }) => action.kind === 'forward' && action.groups.some(({ arn }) => arn === group),
  );
}

/** @param random from 0 up to, not including, 1 */
export function chooseGroup(groups: readonly WeightedGroup[], random: number): string | undefined {
  let left = random * groups.reduce((sum, { weight }) => sum + weight, 0);
  for (const { arn, weight } of groups) {
    left -= weight;
    if (left < 0) return arn;
  }
  return undefined;
}

function matcherOf(pattern: string): (host: string) => boolean {
  const expression = pattern
    .toLowerCase()
    .replaceAll(/[^a-z0-9*?-]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const compiled = new RegExp(`^${expression}$`);
  return (host) => compiled.test(host);
}
