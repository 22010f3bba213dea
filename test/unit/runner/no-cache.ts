import type { BuildDeps } from '#runner/run-stage.ts';

/** What fails is not tried again. */
export const noPatience: Pick<BuildDeps, 'sleep' | 'random'> = {
  sleep: () => Promise.reject(new Error('nothing is tried again here')),
  random: () => 0.5,
};

/** For builds whose plans have no cache, and whose faults do not pass. */
export const noCache: Pick<BuildDeps, 'results' | 'sleep' | 'random'> = {
  results: {
    find: () => Promise.reject(new Error('a plan without a cache asks for no results')),
    keep: () => Promise.reject(new Error('a plan without a cache keeps no results')),
  },
  sleep: () => Promise.reject(new Error('nothing is tried again here')),
  random: () => 0.5,
};
