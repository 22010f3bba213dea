import type { HostClock } from '#local/clock.ts';
import type { BlobFiles } from './blob-files.ts';
import type { RegistrySettings } from './registry-settings.ts';
import type { RegistryStore } from './registry-store.ts';
import type { RegistryTokens } from './registry-tokens.ts';
import type { PullThrough } from './pull-through.ts';

/** What the registry API is made of. */
export interface RegistryParts {
  readonly registry: RegistryStore;
  readonly files: BlobFiles;
  readonly settings: RegistrySettings;
  readonly tokens: RegistryTokens;
  readonly pullThrough: PullThrough;
  readonly clock: HostClock;
  /** Where the endpoint is reached, such as `http://127.0.0.1:4566`. */
  readonly address: () => string;
}
