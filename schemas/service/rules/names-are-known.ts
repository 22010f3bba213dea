import { listAt, mapAt, valueAt, type BrokenRule } from './rule.ts';

/** Environments that other settings name have to be in the file, and a service does not wait for itself. */
export function namesAreKnown(manifest: unknown): readonly BrokenRule[] {
  const known = Object.keys(mapAt(manifest, 'environments'));
  const named = [
    ['preview', 'settingsFrom'],
    ...listAt(manifest, 'notifications').flatMap((each, index) =>
      listAt(each, 'environments').map((_, at) => ['notifications', index, 'environments', at]),
    ),
  ];
  const unknown = named.flatMap((path): BrokenRule[] => {
    const name = valueAt(manifest, ...path);
    if (typeof name !== 'string' || known.length === 0 || known.includes(name)) return [];
    return [{ path, message: `must be an environment of this file: ${known.join(', ')}`, allowed: known }];
  });
  const itself = listAt(manifest, 'dependencies').flatMap((each, index): BrokenRule[] => {
    const name = valueAt(each, 'service');
    if (typeof name !== 'string' || name !== valueAt(manifest, 'name')) return [];
    return [{ path: ['dependencies', index, 'service'], message: 'must be another service than this one' }];
  });
  return [...unknown, ...itself];
}
