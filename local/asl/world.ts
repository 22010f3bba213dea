import type { Sources } from './aws-functions.ts';
import type { Definition } from './definition.ts';
import type { Execution } from './execution.ts';
import type { Identity } from './identity.ts';

/** Everything that a decision may look at besides the thread itself. */
export interface World {
  readonly definition: Definition;
  readonly execution: Execution;
  readonly identity: Identity;
  readonly sources: Sources;
}
