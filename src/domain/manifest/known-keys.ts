import * as z from 'zod';

/** The part of a schema that describes what stands at a path of a value; undefined where the schema has nothing to say. */
export function schemaAt(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
  value: unknown,
): z.core.$ZodType | undefined {
  let at: z.core.$ZodType | undefined = schema;
  let held = value;
  for (const step of path) {
    at = at && childOf(branchFor(unwrapped(at), held), step);
    held = memberOf(held, step);
  }
  return at;
}

interface KnownKeys {
  readonly keys: readonly string[];
  /** Set in a union: the `type` that was chosen, and which other types have the key that is not known here. */
  readonly type?: string;
  readonly otherTypes: readonly string[];
}

/** The keys that the object at a path may have; none if any key goes, or if it is no object. */
export function knownKeys(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
  value: unknown,
  unknown: string,
): KnownKeys {
  const at = schemaAt(schema, path, value);
  const held = path.reduce(memberOf, value);
  const union = at && unwrapped(at);
  const object = union && branchFor(union, held);
  const keys = object instanceof z.ZodObject ? Object.keys(object.shape) : [];
  if (!(union instanceof z.ZodDiscriminatedUnion)) return { keys, otherTypes: [] };
  const having = union.options.filter(
    (option) => option instanceof z.ZodObject && Object.hasOwn(option.shape, unknown),
  );
  const { discriminator } = union.def;
  return {
    keys,
    type: String(memberOf(held, discriminator)),
    otherTypes: having.flatMap((option) => valuesOf(option, discriminator)),
  };
}

/** The option of a union that a value chooses by its discriminator; what is no union is its own only option. */
function branchFor(schema: z.core.$ZodType, value: unknown): z.core.$ZodType | undefined {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const { discriminator } = schema.def;
  const chosen = memberOf(value, discriminator);
  return schema.options.find((option) => valuesOf(option, discriminator).some((each) => each === chosen));
}

function valuesOf(option: z.core.$ZodType, discriminator: string): readonly string[] {
  const literal =
    option instanceof z.ZodObject ? (option.shape as Readonly<Record<string, unknown>>)[discriminator] : undefined;
  return literal instanceof z.ZodLiteral ? [...literal.values].map(String) : [];
}

function memberOf(value: unknown, step: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Readonly<Record<PropertyKey, unknown>>)[step];
}

function childOf(schema: z.core.$ZodType | undefined, step: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (!(schema instanceof z.ZodObject)) return undefined;
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  return Object.hasOwn(shape, String(step)) ? shape[String(step)] : undefined;
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapper ? unwrapped(schema.unwrap()) : schema;
}
