import type { Definition } from './definition.ts';
import type { Fault } from './field-kinds.ts';
import { findFaults } from './find-faults.ts';
import { SUPPORTED } from './support.ts';

/** A definition that the interpreter would not run as written, with everything that is wrong with it. */
export class UnsupportedDefinition extends Error {
  override readonly name = 'UnsupportedDefinition';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(({ place, message }) => `${place || '/'}: ${message}`).join('\n'));
    this.faults = faults;
  }
}

/**
 * Checks a parsed definition against the closed list in `support.ts`.
 *
 * @param resources what Task states may name
 * @throws UnsupportedDefinition
 */
export function assertSupported(
  definition: unknown,
  resources: readonly string[] = SUPPORTED.resources,
): asserts definition is Definition {
  const faults = findFaults(definition, resources);
  if (faults.length > 0) throw new UnsupportedDefinition(faults);
}
