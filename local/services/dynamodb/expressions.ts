import { type AttributeValue, type Item, typeOf } from './attribute-value.ts';
import { compileCondition } from './compile-condition.ts';
import { compileUpdate } from './compile-update.ts';
import type { Condition, ExpressionValues } from './condition.ts';
import { orderOf } from './compare-values.ts';
import type { DocumentPath } from './document-path.ts';
import { type ExpressionMembers, parseKeyCondition, type ParsedMembers, parseMembers } from './dynalite.ts';
import { readItem } from './read-item.ts';
import { ServiceFault } from '../../gateway/wire.ts';
import { validation } from './faults.ts';
import type { Update } from './update.ts';
import { literalNames, type LiteralNames, stand } from './literals.ts';

/** One key attribute of a KeyConditionExpression; `values` are names of expression values. */
export interface KeyCondition {
  readonly operator: string;
  readonly values: readonly string[];
}

/** All expressions of a request, parsed, without the values. */
interface Expressions {
  readonly condition?: Condition;
  readonly filter?: { readonly condition: Condition; readonly heads: readonly string[] };
  readonly keyConditions?: Readonly<Record<string, KeyCondition>>;
  readonly update?: Update;
  readonly projection?: readonly DocumentPath[];
  /** Pairs of values that BETWEEN needs in order, and values that must name a type: the value decides, not its type. */
  readonly ordered: readonly (readonly [string, string])[];
  readonly typeNames: readonly string[];
}

export interface BoundExpressions extends Expressions {
  readonly values: ExpressionValues;
}

const NONE: BoundExpressions = { ordered: [], typeNames: [], values: {} };
const CACHED = 2_000;
const TYPE_NAME = /^(?:S|N|B|BOOL|NULL|SS|NS|BS|L|M)$/;

const cache = new Map<string, Expressions>();

/**
 * Parses the expressions of a request, or takes them from the cache: what the grammar checks depends on the names and on the *types* of
 * the values only, so both are in the key and the values are bound afterwards.
 *
 * @throws ServiceFault ValidationException in DynamoDB's own words
 */
export function bindExpressions(members: ExpressionMembers): BoundExpressions {
  if (!usesExpressions(members)) return NONE;
  const values = readValues(members.ExpressionAttributeValues ?? {});
  const key = cacheKey(members, values);
  let expressions = cache.get(key);
  if (!expressions) {
    expressions = parse(members, values);
    const [oldest] = cache.keys();
    if (cache.size >= CACHED && oldest !== undefined) cache.delete(oldest);
    cache.set(key, expressions);
  }
  if (!valuesFit(expressions, values)) parseMembers(members);
  return { ...expressions, values };
}

function usesExpressions(members: ExpressionMembers): boolean {
  return (
    members.ConditionExpression !== undefined ||
    members.UpdateExpression !== undefined ||
    members.KeyConditionExpression !== undefined ||
    members.FilterExpression !== undefined ||
    members.ProjectionExpression !== undefined ||
    members.ExpressionAttributeNames !== undefined ||
    members.ExpressionAttributeValues !== undefined
  );
}

function readValues(raw: Record<string, unknown>): Item {
  try {
    return readItem(raw);
  } catch (error) {
    if (!(error instanceof ServiceFault) || error.code !== 'ValidationException') throw error;
    throw validation(`ExpressionAttributeValues contains invalid value: ${error.message}`);
  }
}

function cacheKey(members: ExpressionMembers, values: Item): string {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: given } = members;
  let key = [
    members.ConditionExpression,
    members.UpdateExpression,
    members.KeyConditionExpression,
    members.FilterExpression,
    members.ProjectionExpression,
  ].join('\u0001');
  // An empty map is a fault that an absent one is not.
  key += names ? '\u0002' : '';
  for (const name in names) key += `${name}\u0001${names[name]}\u0001`;
  key += given ? '\u0002' : '';
  for (const name of Object.keys(values)) key += `${name}\u0001${typeOf(values[name] as AttributeValue)}\u0001`;
  return key;
}

function parse(members: ExpressionMembers, values: Item): Expressions {
  const standIns = members.ExpressionAttributeValues && stand(values);
  let parsed: ParsedMembers;
  try {
    parsed = parseMembers({ ...members, ExpressionAttributeValues: standIns });
  } catch (error) {
    // Once more with the values themselves, because the message may quote one.
    parseMembers(members);
    throw error;
  }
  const names = literalNames(standIns ?? {});
  const condition = parsed._condition && compileCondition(parsed._condition.expression, names);
  const filter = parsed._filter && compileCondition(parsed._filter.expression, names);
  return {
    ...(condition ? { condition: condition.condition } : {}),
    ...(filter && parsed._filter
      ? { filter: { condition: filter.condition, heads: Object.keys(parsed._filter.pathHeads) } }
      : {}),
    ...(parsed._keyCondition ? { keyConditions: keyConditions(parsed._keyCondition, names) } : {}),
    ...(parsed._updates ? { update: compileUpdate(parsed._updates, names) } : {}),
    ...(parsed._projection ? { projection: parsed._projection.paths } : {}),
    ordered: [...(condition?.ordered ?? []), ...(filter?.ordered ?? [])],
    typeNames: [...(condition?.typeNames ?? []), ...(filter?.typeNames ?? [])],
  };
}

function keyConditions(
  parsed: NonNullable<ParsedMembers['_keyCondition']>,
  names: LiteralNames,
): Record<string, KeyCondition> {
  return Object.fromEntries(
    Object.entries(parseKeyCondition(parsed.expression)).map(([attribute, condition]) => {
      const values = condition.AttributeValueList.map((operand) => {
        const name = names.get(operand);
        if (name === undefined) throw validation('KeyConditionExpressions cannot contain nested operations');
        return name;
      });
      return [attribute, { operator: condition.ComparisonOperator, values }];
    }),
  );
}

function valuesFit({ ordered, typeNames }: Expressions, values: ExpressionValues): boolean {
  const get = (name: string): AttributeValue => values[name] as AttributeValue;
  return (
    ordered.every(([low, high]) => (orderOf(get(low), get(high)) ?? 0) <= 0) &&
    typeNames.every((name) => {
      const value = get(name);
      return 'S' in value && TYPE_NAME.test(value.S);
    })
  );
}
