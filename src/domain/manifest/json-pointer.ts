/** JSON Pointer (RFC 6901) of a path: `['a/b', 0]` becomes `/a~1b/0`. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
