import { ServiceFault } from '../../gateway/wire.ts';
import type { AttributeValue, Item } from './attribute-value.ts';
import { canonicalNumber } from './decimal.ts';
import { validation } from './faults.ts';

const DEEPEST = 32;
const invalid = (message: string): ServiceFault => validation(`One or more parameter values were invalid: ${message}`);

/**
 * Checks a map of attribute values from a request. Numbers are made canonical **in place**: the request is ours alone, and a copy
 * of every item would cost more than the check.
 *
 * @throws ServiceFault ValidationException, or SerializationException for a value of the wrong JSON type
 */
export function readItem(raw: Record<string, unknown>, depth = 1): Item {
  if (depth > DEEPEST)
    throw validation('Nesting Levels have exceeded supported limits: Attributes are nested too deep');
  for (const name of Object.keys(raw)) readAttributeValue(raw[name], depth);
  return raw as Item;
}

/** @see readItem */
export function readAttributeValue(raw: unknown, depth = 1): AttributeValue {
  const value = object(raw);
  const types = Object.keys(value);
  const [type] = types;
  if (type === undefined) {
    throw validation('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
  if (types.length > 1) {
    throw validation(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  const content = value[type];
  switch (type) {
    case 'S':
      text(content);
      break;
    case 'N':
      value['N'] = canonicalNumber(text(content));
      break;
    case 'B':
      base64(content);
      break;
    case 'BOOL':
      if (typeof content !== 'boolean') throw wrongType();
      break;
    case 'NULL':
      if (content !== true) throw invalid('Null attribute value types must have the value of true');
      break;
    case 'SS':
      distinct(list(content).map(text), 'string set ');
      break;
    case 'NS':
      value['NS'] = distinct(
        list(content).map((member) => canonicalNumber(text(member))),
        'number set ',
      );
      break;
    case 'BS':
      distinct(list(content).map(base64), 'binary set ');
      break;
    case 'L':
      if (depth >= DEEPEST) throw validation('Nesting Levels have exceeded supported limits');
      for (const member of list(content)) readAttributeValue(member, depth + 1);
      break;
    case 'M':
      readItem(object(content), depth + 1);
      break;
    default:
      throw wrongType(`"${type}" is no attribute type`);
  }
  return raw as AttributeValue;
}

function distinct(members: string[], what: string): string[] {
  if (members.length === 0) throw invalid(`An ${what} may not be empty`);
  if (new Set(members).size < members.length) {
    throw invalid(`Input collection [${members.join(', ')}] contains duplicates.`);
  }
  return members;
}

function wrongType(detail = 'Unexpected value type in payload'): ServiceFault {
  return new ServiceFault('SerializationException', detail);
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw wrongType();
  return value;
}

function base64(value: unknown): string {
  const encoded = text(value);
  if (Buffer.from(encoded, 'base64').toString('base64') !== encoded)
    throw wrongType('A binary value is not valid base64');
  return encoded;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw wrongType();
  return value;
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType();
  return value as Record<string, unknown>;
}
