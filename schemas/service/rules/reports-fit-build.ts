import { buildStages } from '../build.ts';
import { listAt, mapAt, valueAt, type BrokenRule } from './rule.ts';

/** A report needs a stage that runs, and a file name of its own within it, under which it is stored. */
export function reportsFitBuild(manifest: unknown): readonly BrokenRule[] {
  const seen = new Set<string>();
  return listAt(manifest, 'reports').flatMap((report, index): BrokenRule[] => {
    const stage = valueAt(report, 'stage');
    if (!buildStages.some((each) => each === stage)) return [];
    const broken: BrokenRule[] = [];
    const build = valueAt(manifest, 'build');
    if (typeof build === 'object' && mapAt(build)[String(stage)] === undefined) {
      broken.push({ path: ['reports', index, 'stage'], message: 'must be a stage that build has' });
    }
    const path = valueAt(report, 'path');
    if (typeof path !== 'string') return broken;
    const stored = `${String(stage)}/${path.split('/').at(-1)}`;
    if (seen.has(stored)) {
      const message = "must have another file name than the stage's other reports: they are stored under it";
      broken.push({ path: ['reports', index, 'path'], message });
    }
    seen.add(stored);
    return broken;
  });
}
