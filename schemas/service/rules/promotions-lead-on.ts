import { mapAt, valueAt, type BrokenRule } from './rule.ts';

/** A promotion comes from an environment of the file, never round in a circle, and is not passed by pushes. */
export function promotionsLeadOn(manifest: unknown): readonly BrokenRule[] {
  const environments = mapAt(manifest, 'environments');
  const names = Object.keys(environments);
  const beforeOf = (name: string): string | undefined => {
    const before = valueAt(environments, name, 'promoteFrom', 'environment');
    return typeof before === 'string' ? before : undefined;
  };
  const reported = new Set<string>();

  return names.flatMap((name): BrokenRule[] => {
    const before = beforeOf(name);
    if (before === undefined) return [];
    const path = ['environments', name, 'promoteFrom', 'environment'];
    const others = names.filter((each) => each !== name);
    if (!Object.hasOwn(environments, before)) {
      const known = others.length > 0 ? `: ${others.join(', ')}` : '; it has no other';
      return [{ path, message: `must be another environment of this file${known}`, allowed: others }];
    }
    const chain = [name];
    let at: string | undefined = before;
    while (at !== undefined && !chain.includes(at)) {
      chain.push(at);
      at = beforeOf(at);
    }
    if (at === name && !reported.has(name)) {
      for (const each of chain) reported.add(each);
      const circle = [...chain, name].join(' <- ');
      return [{ path, message: `must not lead back to where it came from: ${circle}` }];
    }
    return passedByPushes(environments, chain);
  });
}

function passedByPushes(environments: unknown, [name = '', ...earlier]: readonly string[]): BrokenRule[] {
  const branch = valueAt(environments, name, 'deployOn', 'branch');
  const same = earlier.find((each) => valueAt(environments, each, 'deployOn', 'branch') === branch);
  if (typeof branch !== 'string' || same === undefined) return [];
  const message = `must be another branch than that of ${same}: a push would come here without having been there`;
  return [{ path: ['environments', name, 'deployOn', 'branch'], message }];
}
