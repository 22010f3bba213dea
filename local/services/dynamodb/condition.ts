import { type AttributeValue, type Item, typeOf } from './attribute-value.ts';
import { beginsWith, contains, equalValues, lengthOf, orderOf } from './compare-values.ts';
import { type DocumentPath, valueAt } from './document-path.ts';

/** Values of one request, by name with the colon. */
export type ExpressionValues = Readonly<Record<string, AttributeValue>>;

export type Operand =
  | { readonly kind: 'path'; readonly path: DocumentPath }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'size'; readonly of: Operand };

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'compare'; readonly by: Comparison; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly value: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly value: Operand; readonly choices: readonly Operand[] }
  | { readonly kind: 'exists' | 'absent'; readonly value: Operand }
  | { readonly kind: 'hasType' | 'beginsWith' | 'contains'; readonly value: Operand; readonly argument: Operand };

/** Whether an item fulfils a condition; an item that does not exist is an empty one. */
export function matches(condition: Condition, item: Item, values: ExpressionValues): boolean {
  const get = (operand: Operand): AttributeValue | undefined => resolve(operand, item, values);
  switch (condition.kind) {
    case 'and':
      return matches(condition.left, item, values) && matches(condition.right, item, values);
    case 'or':
      return matches(condition.left, item, values) || matches(condition.right, item, values);
    case 'not':
      return !matches(condition.of, item, values);
    case 'compare':
      return compare(condition.by, get(condition.left), get(condition.right));
    case 'between': {
      const value = get(condition.value);
      return compare('>=', value, get(condition.low)) && compare('<=', value, get(condition.high));
    }
    case 'in': {
      const value = get(condition.value);
      return condition.choices.some((choice) => compare('=', value, get(choice)));
    }
    case 'exists':
      return get(condition.value) !== undefined;
    case 'absent':
      return get(condition.value) === undefined;
    default: {
      const [value, argument] = [get(condition.value), get(condition.argument)];
      if (!value || !argument) return false;
      if (condition.kind === 'beginsWith') return beginsWith(value, argument);
      if (condition.kind === 'contains') return contains(value, argument);
      return 'S' in argument && typeOf(value) === argument.S;
    }
  }
}

function compare(by: Comparison, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  // An attribute that is not there equals nothing, so it differs from everything.
  if (!left || !right) return by === '<>' && left !== right;
  if (by === '=') return equalValues(left, right);
  if (by === '<>') return !equalValues(left, right);
  const order = orderOf(left, right);
  if (order === undefined) return false;
  if (by === '<') return order < 0;
  if (by === '<=') return order <= 0;
  return by === '>' ? order > 0 : order >= 0;
}

function resolve(operand: Operand, item: Item, values: ExpressionValues): AttributeValue | undefined {
  if (operand.kind === 'path') return valueAt(item, operand.path);
  if (operand.kind === 'value') return values[operand.name];
  const value = resolve(operand.of, item, values);
  const length = value && lengthOf(value);
  return length === undefined ? undefined : { N: String(length) };
}
