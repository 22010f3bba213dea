import { repositoryIdentity } from '#domain/delivery/repository-identity.ts';
import type { Service } from '#domain/service/service.ts';
import { indexKeys, keys } from './keys.ts';
import type { Item } from './table.ts';

/** A service as a row, found by its name, in the list of all and by its repository. */
export function serviceRow(service: Service): Item {
  const identity = repositoryIdentity(service.repository);
  return {
    ...keys.service(service.name),
    et: 'Service',
    ...indexKeys.registered(service.name),
    ...(identity !== undefined && indexKeys.ofRepository(identity, service.name)),
    ...service,
  };
}

export function toService(row: Item): Service {
  const { pk: _pk, sk: _sk, et: _et, gsi1pk: _list, gsi1sk: _place, gsi3pk: _all, gsi3sk: _name, ...service } = row;
  return service as unknown as Service;
}
