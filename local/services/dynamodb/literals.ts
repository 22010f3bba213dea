import { type AttributeValue, type Item, typeOf } from './attribute-value.ts';
import type { Literal, ParsedOperand } from './dynalite.ts';

/** From an operand of a parsed expression to the name of the value that it stands for. */
export type LiteralNames = ReadonlyMap<ParsedOperand, string>;

/** One value of each type, all of them passing every check that depends on the value and not on its type. */
const SAMPLES = {
  S: 'S',
  N: '1',
  B: 'AA==',
  BOOL: true,
  NULL: true,
  SS: ['S'],
  NS: ['1'],
  BS: ['AA=='],
  L: [],
  M: {},
} as const;

/** For each value an object of its own with the same type: the parser hands it back, and its identity tells the name. */
export function stand(values: Item): Record<string, Literal> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]: [string, AttributeValue]) => {
      const type = typeOf(value);
      return [name, { [type]: SAMPLES[type] }];
    }),
  );
}

export function literalNames(standIns: Readonly<Record<string, Literal>>): LiteralNames {
  return new Map(Object.entries(standIns).map(([name, literal]) => [literal, name]));
}
