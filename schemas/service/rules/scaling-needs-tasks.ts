import { mapAt, valueAt, type BrokenRule } from './rule.ts';

/** Only tasks are counted; a function has as many instances as there are requests. */
export function scalingNeedsTasks(manifest: unknown): readonly BrokenRule[] {
  if (valueAt(manifest, 'target', 'type') !== 'lambda') return [];
  return Object.keys(mapAt(manifest, 'environments'))
    .map((name) => ['environments', name, 'scaling'])
    .filter((path) => valueAt(manifest, ...path) !== undefined)
    .map((path) => ({ path, message: 'must not be set for lambda: Lambda scales with the requests; remove it' }));
}
