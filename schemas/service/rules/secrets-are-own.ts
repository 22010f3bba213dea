import { serviceName } from '../../names.ts';
import { secretNameFaults, secretReferenceFaults } from '../secret-reference-faults.ts';
import { listAt, mapAt, valueAt, type BrokenRule } from './rule.ts';

/** A service reads its own secrets only, and no name is a variable and a secret at once. */
export function secretsAreOwn(manifest: unknown): readonly BrokenRule[] {
  const environments = Object.keys(mapAt(manifest, 'environments')).map((name) => ['environments', name]);
  const holders = [
    { path: ['build'], variables: ['arguments', 'environment'] },
    ...environments.map((path) => ({ path, variables: ['variables'] })),
  ];
  // Without a usable name nothing can be said of the prefix.
  const name = serviceName.safeParse(valueAt(manifest, 'name')).data;

  const inHolders = holders.flatMap(({ path, variables }): BrokenRule[] => {
    const secrets = mapAt(manifest, ...path, 'secrets');
    const taken = variables.map((each) => mapAt(manifest, ...path, each));
    const faults = [
      ...secretNameFaults(secrets, ...taken),
      ...(name === undefined ? [] : secretReferenceFaults(name, secrets)),
    ];
    return faults.map((fault) => ({ path: [...path, 'secrets', fault.name], message: fault.message }));
  });
  const inNotifications = listAt(manifest, 'notifications').flatMap((each, index): BrokenRule[] => {
    const faults = name === undefined ? [] : secretReferenceFaults(name, { webhook: valueAt(each, 'webhook') });
    return faults.map(({ message }) => ({ path: ['notifications', index, 'webhook'], message }));
  });
  return [...inHolders, ...inNotifications];
}
