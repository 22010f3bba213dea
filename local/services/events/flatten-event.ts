export type Leaf = string | number | boolean | null;

/** A leaf of an event, with the elements of arrays that lie on the way to it. */
export interface EventField {
  /** Names from the root, joined by NUL: array indices are no part of it. */
  readonly path: string;
  readonly value: Leaf;
  /** For each array on the way (told apart by where it lies), which element it was. */
  readonly elements: ReadonlyMap<string, number>;
}

/** Empty objects and arrays leave nothing: for a pattern, such a path does not exist. */
export function flattenEvent(event: unknown): EventField[] {
  const fields: EventField[] = [];
  const visit = (
    value: unknown,
    path: string | undefined,
    place: string,
    elements: ReadonlyMap<string, number>,
  ): void => {
    if (Array.isArray(value)) {
      for (const [index, element] of (value as unknown[]).entries()) {
        visit(element, path, `${place}[${index}]`, new Map([...elements, [place, index]]));
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        visit(member, path === undefined ? name : `${path}\0${name}`, `${place}\0${name}`, elements);
      }
    } else {
      fields.push({ path: path ?? '', value: value as Leaf, elements });
    }
  };
  visit(event, undefined, '', new Map());
  return fields;
}
