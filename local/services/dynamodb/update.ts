import { type AttributeType, type AttributeValue, type Item, setMembers, typeOf } from './attribute-value.ts';
import type { ExpressionValues } from './condition.ts';
import { addNumbers } from './decimal.ts';
import { type DocumentPath, setAttribute, valueAt } from './document-path.ts';
import { validation } from './faults.ts';

export type UpdateOperand =
  | { readonly kind: 'path'; readonly path: DocumentPath }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'add' | 'subtract' | 'listAppend'; readonly left: UpdateOperand; readonly right: UpdateOperand }
  | { readonly kind: 'ifNotExists'; readonly path: DocumentPath; readonly otherwise: UpdateOperand };

export type UpdateAction =
  | { readonly kind: 'set'; readonly path: DocumentPath; readonly value: UpdateOperand }
  | { readonly kind: 'remove'; readonly path: DocumentPath }
  | { readonly kind: 'add' | 'delete'; readonly path: DocumentPath; readonly name: string };

export interface Update {
  readonly actions: readonly UpdateAction[];
  readonly paths: readonly DocumentPath[];
}

/**
 * Changes `item` in place. Every operand sees the item as it was, whatever the order of the actions; removed list elements go from the
 * back, so that each index means the list as it was.
 *
 * @throws ServiceFault ValidationException; `item` is then of no use
 */
export function applyUpdate(item: Item, update: Update, values: ExpressionValues): void {
  const changes = update.actions.map((action) => {
    const before = valueAt(item, action.path);
    if (action.kind === 'set') return { path: action.path, after: resolve(action.value, item, values) };
    if (action.kind === 'remove') return { path: action.path, after: undefined };
    const argument = values[action.name] as AttributeValue;
    return { path: action.path, after: action.kind === 'add' ? add(before, argument) : subtract(before, argument) };
  });
  const sets = changes.filter(({ after }) => after !== undefined).sort((a, b) => lastIndex(a.path) - lastIndex(b.path));
  const removals = changes.filter(({ after }) => after === undefined);
  // Parents are looked up before anything moves.
  const placed = [...sets, ...removals.sort((a, b) => lastIndex(b.path) - lastIndex(a.path))].map((change) => ({
    ...change,
    parent: parentOf(item, change.path),
  }));
  for (const { parent, path, after } of placed) place(parent, path.at(-1) as string | number, after);
}

type Parent = { readonly M: Item } | { readonly L: AttributeValue[] };

function parentOf(item: Item, path: DocumentPath): Parent {
  const parent = valueAt(item, path.slice(0, -1));
  const piece = path.at(-1);
  if (parent && typeof piece === 'number' && 'L' in parent) return parent;
  if (parent && typeof piece === 'string' && 'M' in parent) return parent;
  throw validation('The document path provided in the update expression is invalid for update');
}

function place(parent: Parent, piece: string | number, after: AttributeValue | undefined): void {
  if ('M' in parent) {
    if (after) setAttribute(parent.M, String(piece), after);
    else delete parent.M[piece];
    return;
  }
  const index = Math.min(Number(piece), parent.L.length);
  if (after) parent.L[index] = after;
  else parent.L.splice(index, 1);
}

function lastIndex(path: DocumentPath): number {
  const piece = path.at(-1);
  return typeof piece === 'number' ? piece : -1;
}

function resolve(operand: UpdateOperand, item: Item, values: ExpressionValues): AttributeValue {
  switch (operand.kind) {
    case 'value':
      return values[operand.name] as AttributeValue;
    case 'path': {
      const value = valueAt(item, operand.path);
      if (!value) throw validation('The provided expression refers to an attribute that does not exist in the item');
      return copy(value);
    }
    case 'ifNotExists': {
      const value = valueAt(item, operand.path);
      return value ? copy(value) : resolve(operand.otherwise, item, values);
    }
    case 'listAppend': {
      const [left, right] = [resolve(operand.left, item, values), resolve(operand.right, item, values)];
      if ('L' in left && 'L' in right) return { L: [...left.L, ...right.L] };
      throw wrongOperand();
    }
    default: {
      const [left, right] = [resolve(operand.left, item, values), resolve(operand.right, item, values)];
      if ('N' in left && 'N' in right) return { N: addNumbers(left.N, right.N, operand.kind) };
      throw wrongOperand();
    }
  }
}

/** `SET a = b, b.c = :x` must leave `a` as `b` was. */
function copy(value: AttributeValue): AttributeValue {
  return 'L' in value || 'M' in value ? structuredClone(value) : value;
}

function add(before: AttributeValue | undefined, argument: AttributeValue): AttributeValue {
  if (before && typeOf(before) !== typeOf(argument)) throw wrongOperand();
  if ('N' in argument) return { N: addNumbers(before && 'N' in before ? before.N : '0', argument.N, 'add') };
  return setOf(typeOf(argument), [
    ...new Set([...((before && setMembers(before)) ?? []), ...(setMembers(argument) ?? [])]),
  ]);
}

/** What is left of a set; nothing when the set, or the attribute, is gone. */
function subtract(before: AttributeValue | undefined, argument: AttributeValue): AttributeValue | undefined {
  if (!before) return undefined;
  if (typeOf(before) !== typeOf(argument)) throw wrongOperand();
  const gone = setMembers(argument) ?? [];
  const left = (setMembers(before) ?? []).filter((member) => !gone.includes(member));
  return left.length > 0 ? setOf(typeOf(argument), left) : undefined;
}

function setOf(type: AttributeType, members: string[]): AttributeValue {
  if (type === 'SS') return { SS: members };
  return type === 'NS' ? { NS: members } : { BS: members };
}

function wrongOperand(): Error {
  return validation('An operand in the update expression has an incorrect data type');
}
