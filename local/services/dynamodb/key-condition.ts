import { type AttributeValue, typeOf } from './attribute-value.ts';
import { orderOf } from './compare-values.ts';
import type { BoundExpressions, KeyCondition } from './expressions.ts';
import { validation } from './faults.ts';
import type { SortCondition } from './key-bytes.ts';
import type { KeyAttribute, KeySchema } from './table.ts';

/** What a KeyConditionExpression selects: one partition and a range of it. */
export interface KeySelection {
  readonly hash: AttributeValue;
  readonly sort: SortCondition;
}

const SORT_KINDS = {
  EQ: 'equal',
  LT: 'less',
  LE: 'atMost',
  GT: 'more',
  GE: 'atLeast',
  BEGINS_WITH: 'prefix',
} as const;

/** @throws ServiceFault ValidationException when the expression is not one condition per key attribute of `schema` */
export function selectKeys(schema: KeySchema, expressions: BoundExpressions): KeySelection {
  const conditions = expressions.keyConditions;
  if (!conditions) {
    throw validation('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  }
  const { hash, range } = schema;
  const names = Object.keys(conditions);
  const hashCondition = conditions[hash.name];
  if (!hashCondition) throw validation(`Query condition missed key schema element: ${hash.name}`);
  const [unknown] = names.filter((name) => name !== hash.name && name !== range?.name);
  if (unknown !== undefined) {
    throw validation(
      range ? `Query condition missed key schema element: ${range.name}` : 'Query key condition not supported',
    );
  }
  if (hashCondition.operator !== 'EQ') throw validation('Query key condition not supported');
  const [hashValue] = valuesOf(hash, hashCondition, expressions);
  if (!hashValue) throw validation('Query key condition not supported');
  const rangeCondition = range && conditions[range.name];
  if (!range || !rangeCondition) return { hash: hashValue, sort: { kind: 'all' } };
  return { hash: hashValue, sort: sortCondition(range, rangeCondition, expressions) };
}

function sortCondition(range: KeyAttribute, condition: KeyCondition, expressions: BoundExpressions): SortCondition {
  const [first, second] = valuesOf(range, condition, expressions);
  if (!first) throw validation('Query key condition not supported');
  if (condition.operator === 'BETWEEN' && second) {
    if ((orderOf(first, second) ?? 0) > 0) {
      throw validation(
        'Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ' +
          `lower bound operand: AttributeValue: ${shown(first)}, upper bound operand: AttributeValue: ${shown(second)}`,
      );
    }
    return { kind: 'between', low: first, high: second };
  }
  if (condition.operator === 'BEGINS_WITH' && range.type === 'N') {
    throw validation(
      'One or more parameter values were invalid: ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type',
    );
  }
  const kind = SORT_KINDS[condition.operator as keyof typeof SORT_KINDS];
  return { kind, value: first };
}

function valuesOf(key: KeyAttribute, condition: KeyCondition, { values }: BoundExpressions): AttributeValue[] {
  return condition.values.map((name) => {
    const value = values[name] as AttributeValue;
    if (typeOf(value) !== key.type) {
      throw validation(
        'One or more parameter values were invalid: Condition parameter type does not match schema type',
      );
    }
    return value;
  });
}

function shown(value: AttributeValue): string {
  const [[type, content] = []] = Object.entries(value) as [string, string][];
  return `{${type}:${content}}`;
}
