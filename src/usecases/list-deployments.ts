import type { Deployment } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import { canonicalJson } from '#domain/canonical-json.ts';
import type { DeploymentQuery, ListPosition } from '#ports/deployment-store.ts';
import type { Deps } from '#ports/deps.ts';

type ListInput = Omit<DeploymentQuery, 'after'> & { readonly cursor?: string | undefined };

/**
 * A page of deployments, newest first. The cursor is sealed together with the filters it belongs to, so that it cannot
 * be forged, nor carried over to another list.
 *
 * @throws Refusal `validation_error` for a cursor that is not ours
 */
export async function listDeployments(
  deps: Pick<Deps, 'deployments' | 'seal'>,
  { cursor, ...query }: ListInput,
): Promise<{ readonly items: readonly Deployment[]; readonly cursor?: string }> {
  const { limit: _, ...filters } = query;
  const list = canonicalJson(filters);
  const after = cursor === undefined ? undefined : await openCursor(deps, cursor, list);
  const page = await deps.deployments.list({ ...query, ...(after && { after }) });
  if (!page.next) return { items: page.items };
  return { items: page.items, cursor: await makeCursor(deps, page.next, list) };
}

async function makeCursor({ seal }: Pick<Deps, 'seal'>, { createdAt, id }: ListPosition, list: string) {
  const place = `${createdAt}~${id}`;
  return `${place}~${await seal.seal('cursor', `${place}~${list}`)}`;
}

async function openCursor({ seal }: Pick<Deps, 'seal'>, cursor: string, list: string): Promise<ListPosition> {
  const [createdAt, id, mac, ...rest] = cursor.split('~');
  if (createdAt !== undefined && id !== undefined && mac !== undefined && rest.length === 0) {
    if (await seal.matches('cursor', `${createdAt}~${id}~${list}`, mac)) return { createdAt, id };
  }
  throw new Refusal('validation_error', 'The cursor is not one of this list.', {
    faults: [{ pointer: '/query/cursor', message: 'must be the cursor of the page before, with the same filters' }],
  });
}
