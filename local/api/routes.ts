import { functionCatalog, functionNameOf } from '#functions/catalog.ts';
import type { ApiContract } from '#schemas/api/contract.ts';

/** An operation of the API, ready to be matched against requests. */
export interface Route {
  readonly contract: ApiContract;
  readonly functionName: string;
  readonly pattern: RegExp;
}

export const routes: readonly Route[] = functionCatalog.flatMap((row): Route[] => {
  if (row.trigger.kind !== 'api') return [];
  const { contract } = row.trigger;
  const pattern = new RegExp(`^${contract.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
  return [{ contract, functionName: functionNameOf(row), pattern }];
});

export type Match =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  /** The path exists, with other methods. */
  | { readonly kind: 'method'; readonly allowed: readonly string[] }
  | { readonly kind: 'none' };

/** The operation that a request means. */
export function matchRoute(method: string, path: string): Match {
  const onPath = routes.flatMap((route) => {
    const found = route.pattern.exec(path);
    return found ? [{ route, groups: found.groups ?? {} }] : [];
  });
  const hit = onPath.find(({ route }) => route.contract.method === method);
  if (hit) {
    const params = Object.entries(hit.groups).map(([name, value]) => [name, decoded(value)]);
    return { kind: 'route', route: hit.route, params: Object.fromEntries(params) as Record<string, string> };
  }
  if (onPath.length === 0) return { kind: 'none' };
  return { kind: 'method', allowed: onPath.map(({ route }) => route.contract.method) };
}

/** A broken escape stays as it came, and the contract refuses it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
