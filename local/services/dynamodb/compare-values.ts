import { type AttributeValue, setMembers, typeOf } from './attribute-value.ts';
import { compareNumbers } from './decimal.ts';
import { attribute } from './document-path.ts';

/** Equal in type and value; sets without regard to order. */
export function equalValues(left: AttributeValue, right: AttributeValue): boolean {
  if ('S' in left) return 'S' in right && left.S === right.S;
  if ('N' in left) return 'N' in right && left.N === right.N;
  if ('B' in left) return 'B' in right && left.B === right.B;
  if ('BOOL' in left) return 'BOOL' in right && left.BOOL === right.BOOL;
  if ('NULL' in left) return 'NULL' in right;
  if ('L' in left) {
    return (
      'L' in right &&
      left.L.length === right.L.length &&
      left.L.every((member, index) => equalValues(member, right.L[index] as AttributeValue))
    );
  }
  if ('M' in left) {
    if (!('M' in right)) return false;
    const names = Object.keys(left.M);
    return (
      names.length === Object.keys(right.M).length &&
      names.every((name) => {
        const other = attribute(right.M, name);
        return other !== undefined && equalValues(left.M[name] as AttributeValue, other);
      })
    );
  }
  const [members, others] = [setMembers(left) ?? [], setMembers(right) ?? []];
  return (
    typeOf(left) === typeOf(right) &&
    members.length === others.length &&
    members.every((member) => others.includes(member))
  );
}

/** Negative, zero or positive; undefined where DynamoDB knows no order (other types, or two different ones). */
export function orderOf(left: AttributeValue, right: AttributeValue): number | undefined {
  if ('N' in left && 'N' in right) return compareNumbers(left.N, right.N);
  if ('S' in left && 'S' in right) return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  if ('B' in left && 'B' in right) return Buffer.compare(bytes(left.B), bytes(right.B));
  return undefined;
}

export function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if ('S' in value && 'S' in prefix) return value.S.startsWith(prefix.S);
  if ('B' in value && 'B' in prefix) {
    const start = bytes(prefix.B);
    return bytes(value.B).subarray(0, start.length).equals(start);
  }
  return false;
}

/** A piece of a text or binary, a member of a set or an element of a list. */
export function contains(value: AttributeValue, wanted: AttributeValue): boolean {
  if ('S' in value) return 'S' in wanted && value.S.includes(wanted.S);
  if ('B' in value) return 'B' in wanted && bytes(value.B).includes(bytes(wanted.B));
  if ('L' in value) return value.L.some((member) => equalValues(member, wanted));
  if ('SS' in value) return 'S' in wanted && value.SS.includes(wanted.S);
  if ('NS' in value) return 'N' in wanted && value.NS.includes(wanted.N);
  return 'BS' in value && 'B' in wanted && value.BS.includes(wanted.B);
}

/** What `size()` answers: characters, bytes, members or attributes; undefined for a type that has no size. */
export function lengthOf(value: AttributeValue): number | undefined {
  if ('S' in value) return value.S.length;
  if ('B' in value) return bytes(value.B).length;
  if ('L' in value) return value.L.length;
  if ('M' in value) return Object.keys(value.M).length;
  return setMembers(value)?.length;
}

function bytes(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
