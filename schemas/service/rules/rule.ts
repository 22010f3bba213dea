/** A rule between settings that a manifest breaks. */
export interface BrokenRule {
  readonly path: readonly (string | number)[];
  /** Reads on from the setting's name. */
  readonly message: string;
  /** The words that would have been right, for a suggestion. */
  readonly allowed?: readonly string[];
}

/**
 * Looks at a manifest of which single settings may be at fault, so that all faults of a file come together. Hence it
 * trusts no shape: what is not there, or is of another type, is somebody else's fault.
 */
export type Rule = (manifest: unknown) => readonly BrokenRule[];

/** What stands at a path; undefined where nothing does. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, step) => {
    const isHolder = typeof at === 'object' && at !== null && Object.hasOwn(at, step);
    return isHolder ? (at as Readonly<Record<string | number, unknown>>)[step] : undefined;
  }, value);
}

/** The map at a path, or an empty one. */
export function mapAt(value: unknown, ...path: readonly (string | number)[]): Readonly<Record<string, unknown>> {
  const at = valueAt(value, ...path);
  return typeof at === 'object' && at !== null && !Array.isArray(at) ? (at as Readonly<Record<string, unknown>>) : {};
}

/** The list at a path, or an empty one. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const at = valueAt(value, ...path);
  return Array.isArray(at) ? at : [];
}
