import fc from 'fast-check';

/** JSON Schema as far as the API's document uses it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Values that fit a schema. */
export function fitting(schema: Schema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return fc.oneof(...union.map(fitting));
  switch (schema.type) {
    case 'string':
      return textFitting(schema);
    case 'integer':
      return fc.integer({ min: Math.max(schema.minimum ?? 0, 0), max: Math.min(schema.maximum ?? 1_000, 1_000_000) });
    case 'number':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1_000 });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(fitting(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: schema.maxItems ?? 3,
      });
    case 'object':
      return objectFitting(schema);
    default:
      return fc.jsonValue();
  }
}

function objectFitting({ properties = {}, required = [], additionalProperties, propertyNames }: Schema) {
  if (typeof additionalProperties === 'object' && Object.keys(properties).length === 0) {
    return fc.dictionary(textFitting(propertyNames ?? {}), fitting(additionalProperties), { minKeys: 1, maxKeys: 3 });
  }
  const members = Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, fitting(member)]));
  return fc.record(members, { requiredKeys: [...required] });
}

function textFitting({ pattern, format, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (format === 'uri') return fc.webUrl();
  if (format === 'date-time') return fc.constant('2026-01-01T12:00:00.000Z');
  // Without look-arounds, which the generator of texts does not know.
  if (pattern !== undefined && !/\(\?[!=<]/.test(pattern)) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength: Math.max(1, minLength), maxLength: Math.min(maxLength, 40) });
}

/** Values of which at least one part cannot fit: something is missing, of another type, unknown, or out of bounds. */
export function misfitting(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.type !== 'object') return otherType(schema);
  const { properties = {}, required = [], additionalProperties } = schema;
  const base = objectFitting(schema);
  const spoiled = Object.entries(properties).map(([name, member]) =>
    fc.tuple(base, misfitting(member)).map(([whole, bad]) => ({ ...whole, [name]: bad })),
  );
  const incomplete = required.map((name) =>
    base.map((whole) => Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name))),
  );
  const unknown =
    additionalProperties === false ? [base.map((whole) => ({ ...whole, 'not-a-member': 1, ['__proto__x']: {} }))] : [];
  return fc.oneof(otherType(schema), ...spoiled, ...incomplete, ...unknown);
}

function otherType(schema: Schema): fc.Arbitrary<unknown> {
  const union = schema.anyOf ?? schema.oneOf;
  const types = new Set(union ? union.map(({ type }) => type) : [schema.type]);
  const values: readonly (readonly [string, unknown])[] = [
    ['object', { some: 'thing' }],
    ['array', [['nested']]],
    ['boolean', true],
    ['null', null],
    ['integer', -7],
    ['string', '\u0000 ../..'],
  ];
  // A text with a NUL in it fits no pattern; where any text will do, it is no misfit.
  const free = types.has('string') && schema.pattern === undefined && !schema.enum && !('const' in schema);
  const options = values.filter(([type]) => !types.has(type) || (type === 'string' && !free));
  const left = options.filter(([type]) => !(type === 'integer' && types.has('number')));
  return fc.constantFrom(...left.map(([, value]) => value));
}
