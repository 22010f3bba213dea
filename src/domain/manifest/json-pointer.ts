/** JSON Pointer (RFC 6901) of a path: `['a/b', 0]` becomes `/a~1b/0`. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The other way round; every step is text, a list's too. */
export function pathOfPointer(pointer: string): readonly string[] {
  const [, ...steps] = pointer.split('/');
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
