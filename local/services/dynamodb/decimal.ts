import { validation } from './faults.ts';

/** `sign × d.ddd × 10^exponent`; `digits` has no zeros at either end and is empty for zero. */
interface Decimal {
  readonly sign: 1 | -1;
  readonly digits: string;
  readonly exponent: number;
}

const DIGITS = 38;
const LOWEST_EXPONENT = -130;
const HIGHEST_EXPONENT = 125;

const PLAIN_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/** The one text that DynamoDB answers for a number: no exponent, no zeros that carry nothing. */
export function canonicalNumber(text: string): string {
  return PLAIN_INTEGER.test(text) ? text : format(parse(text));
}

/** Orders two canonical numbers. */
export function compareNumbers(left: string, right: string): number {
  if (PLAIN_INTEGER.test(left) && PLAIN_INTEGER.test(right)) return Number(left) - Number(right);
  return Buffer.compare(numberBytes(left), numberBytes(right));
}

/** `left + right`, or `left - right`; exact, and refused when the exact result has more than 38 digits. */
export function addNumbers(left: string, right: string, operation: 'add' | 'subtract'): string {
  const terms = [parse(left), parse(right)] as const;
  const scale = Math.min(...terms.map((term) => term.exponent - term.digits.length + 1));
  const [a, b] = [unscaled(terms[0], scale), unscaled(terms[1], scale)];
  const sum = operation === 'add' ? a + b : a - b;
  const digits = (sum < 0n ? -sum : sum).toString();
  return format(normalize(sum < 0n ? -1 : 1, digits, digits.length - 1 + scale));
}

/**
 * Bytes that sort as the numbers do: sign, exponent, then two digits to a byte. All of it is complemented for negative numbers,
 * which end in 0xFF so that the longer of two equal beginnings sorts first.
 */
export function numberBytes(text: string): Buffer {
  const { sign, digits, exponent } = parse(text);
  if (digits === '') return Buffer.from([0x80]);
  const pairs = Math.ceil(digits.length / 2);
  const bytes = Buffer.alloc(2 + pairs + (sign < 0 ? 1 : 0), 0xff);
  const put = (at: number, byte: number): void => {
    bytes[at] = sign < 0 ? 0xff - byte : byte;
  };
  put(0, 0x81);
  put(1, exponent - LOWEST_EXPONENT);
  for (let pair = 0; pair < pairs; pair++)
    put(2 + pair, Number(digits.slice(pair * 2, pair * 2 + 2).padEnd(2, '0')) + 1);
  return bytes;
}

/** Significant digits, for the size of an item. */
export function significantDigits(text: string): number {
  return parse(text).digits.length;
}

function parse(text: string): Decimal {
  const match = NUMBER.exec(text);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (!match || whole + fraction === '') {
    throw validation(`The parameter cannot be converted to a numeric value${text ? `: ${text}` : ''}`);
  }
  return normalize(sign === '-' ? -1 : 1, whole + fraction, whole.length - 1 + Number(exponent));
}

function normalize(sign: 1 | -1, rawDigits: string, rawExponent: number): Decimal {
  const withoutLead = rawDigits.replace(/^0+/, '');
  const digits = withoutLead.replace(/0+$/, '');
  if (digits === '') return { sign: 1, digits, exponent: 0 };
  const exponent = rawExponent - (rawDigits.length - withoutLead.length);
  if (exponent > HIGHEST_EXPONENT) {
    throw validation('Number overflow. Attempting to store a number with magnitude larger than supported range');
  }
  if (exponent < LOWEST_EXPONENT) {
    throw validation('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  }
  if (digits.length > DIGITS) throw validation('Attempting to store more than 38 significant digits in a Number');
  return { sign, digits, exponent };
}

function unscaled({ sign, digits, exponent }: Decimal, scale: number): bigint {
  if (digits === '') return 0n;
  return BigInt(sign) * BigInt(digits) * 10n ** BigInt(exponent - digits.length + 1 - scale);
}

function format({ sign, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const minus = sign < 0 ? '-' : '';
  if (exponent < 0) return `${minus}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return minus + whole + (fraction ? `.${fraction}` : '');
}
