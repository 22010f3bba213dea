import type { Deps } from '#ports/deps.ts';
import { logger } from './telemetry.ts';

interface Ids {
  readonly id: string;
  readonly correlationId: string;
  readonly traceId: string;
}

/**
 * The same dependencies, with one difference: once the work has read a deployment, every line of its log bears the ids
 * under which that deployment is found elsewhere. A state of a machine is given nothing but the deployment's id.
 *
 * @param isOwn whether the work is about this deployment; a list of others must not put their ids on its lines
 */
export function loggingIds(deps: Deps, isOwn: (id: string) => boolean): Deps {
  return new Proxy(deps, {
    get(target, name) {
      const port: unknown = Reflect.get(target, name);
      return name === 'deployments' ? noting(port as Deps['deployments'], isOwn) : port;
    },
  });
}

function noting(store: Deps['deployments'], isOwn: (id: string) => boolean): Deps['deployments'] {
  const note = ({ id, correlationId, traceId }: Ids): void => {
    if (isOwn(id)) logger.appendKeys({ deploymentId: id, correlationId, traceId });
  };
  const reads = {
    find: async (id: string) => {
      const found = await store.find(id);
      if (found) note(found);
      return found;
    },
    load: async (id: string) => {
      const found = await store.load(id);
      if (found) note(found.deployment);
      return found;
    },
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'find' || name === 'load') return reads[name];
      const member: unknown = Reflect.get(target, name);
      // With the store itself as `this`: its private members are not on a proxy.
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
