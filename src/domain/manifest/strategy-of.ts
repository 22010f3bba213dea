import type { Manifest } from '#schemas/service/manifest.ts';

/** How a release takes over the traffic of one environment: its own strategy, else that of the file. */
export function strategyOf(manifest: Manifest, environment: string): Manifest['strategy'] {
  return manifest.environments[environment]?.strategy ?? manifest.strategy;
}
