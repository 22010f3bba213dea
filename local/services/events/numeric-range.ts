import { invalidPattern } from './pattern-fault.ts';

/** EventBridge compares numbers in this range only. */
const LARGEST = 5e9;

/**
 * `["=", n]`, one bound such as `["<", n]`, or a range such as `[">=", low, "<", high]`.
 *
 * @throws ServiceFault `InvalidEventPatternException`
 */
export function compileNumeric(operand: unknown): (value: number) => boolean {
  if (!Array.isArray(operand)) throw invalidPattern('Value of numeric must be an array.');
  const [operator, bound, upperOperator, upperBound, ...rest] = operand as unknown[];
  const first = compare(operator, bound);
  if (operand.length === 2) return first;
  if (operand.length !== 4 || rest.length > 0)
    throw invalidPattern('Bad numeric range: expected one or two comparisons');
  if ((operator !== '>' && operator !== '>=') || (upperOperator !== '<' && upperOperator !== '<=')) {
    throw invalidPattern('Bad numeric range operators: first > or >=, then < or <=');
  }
  const second = compare(upperOperator, upperBound);
  if (!((bound as number) < (upperBound as number))) throw invalidPattern('Bottom must be less than top');
  return (value) => first(value) && second(value);
}

function compare(operator: unknown, bound: unknown): (value: number) => boolean {
  if (typeof bound !== 'number' || Math.abs(bound) > LARGEST) {
    throw invalidPattern(`Value of ${String(operator)} must be a number from -5.0e9 to 5.0e9`);
  }
  switch (operator) {
    case '=':
      return (value) => value === bound;
    case '<':
      return (value) => value < bound;
    case '<=':
      return (value) => value <= bound;
    case '>':
      return (value) => value > bound;
    case '>=':
      return (value) => value >= bound;
    default:
      throw invalidPattern(`Unrecognized numeric range operator: ${String(operator)}`);
  }
}
