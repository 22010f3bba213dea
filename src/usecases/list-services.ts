import { Refusal } from '#domain/refusal.ts';
import type { ServiceState } from '#domain/service/view.ts';
import type { Deps } from '#ports/deps.ts';
import { readServiceState } from './read-service-state.ts';

interface ListInput {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * A page of all services, by name. The cursor is sealed, so that it cannot be forged.
 *
 * @throws Refusal `validation_error` for a cursor that is not ours
 */
export async function listServices(
  deps: Pick<Deps, 'services' | 'deployments' | 'seal'>,
  { limit, cursor }: ListInput,
): Promise<{ readonly items: readonly ServiceState[]; readonly cursor?: string }> {
  const after = cursor === undefined ? undefined : await openCursor(deps, cursor);
  const page = await deps.services.list({ limit, ...(after !== undefined && { after }) });
  const items = await Promise.all(page.items.map((service) => readServiceState(deps, service)));
  return { items, ...(page.next !== undefined && { cursor: await makeCursor(deps, page.next) }) };
}

async function makeCursor({ seal }: Pick<Deps, 'seal'>, name: string): Promise<string> {
  return `${name}~${await seal.seal('cursor', sealed(name))}`;
}

async function openCursor({ seal }: Pick<Deps, 'seal'>, cursor: string): Promise<string> {
  const [name, mac, ...rest] = cursor.split('~');
  if (name !== undefined && mac !== undefined && rest.length === 0) {
    if (await seal.matches('cursor', sealed(name), mac)) return name;
  }
  throw new Refusal('validation_error', 'The cursor is not one of this list.', {
    faults: [{ pointer: '/query/cursor', message: 'must be the cursor of the page before' }],
  });
}

/** Not the text of any other list's cursor. */
function sealed(name: string): string {
  return `services~${name}`;
}
