import type { Comparison, Condition, Operand } from './condition.ts';
import type { DocumentPath } from './document-path.ts';
import type { ParsedNode, ParsedOperand } from './dynalite.ts';
import type { LiteralNames } from './literals.ts';

interface CompiledCondition {
  readonly condition: Condition;
  /** Names of BETWEEN's bounds where both are values. */
  readonly ordered: readonly (readonly [string, string])[];
  /** Names of values given to `attribute_type`. */
  readonly typeNames: readonly string[];
}

/** From dynalite's syntax tree to conditions that hold names in place of values. */
export function compileCondition(expression: ParsedNode, names: LiteralNames): CompiledCondition {
  const ordered: (readonly [string, string])[] = [];
  const typeNames: string[] = [];

  const operand = (parsed: ParsedOperand | undefined): Operand => {
    if (Array.isArray(parsed)) return { kind: 'path', path: parsed as DocumentPath };
    const name = parsed && names.get(parsed);
    if (name !== undefined) return { kind: 'value', name };
    const node = parsed as ParsedNode;
    if (node.name !== 'size') throw new Error(`An operand of the kind "${node.type}" has no meaning here.`);
    return { kind: 'size', of: operand(node.args[0]) };
  };

  const compile = (node: ParsedNode): Condition => {
    const [first, second, third] = node.args;
    switch (node.type) {
      case 'and':
      case 'or':
        return { kind: node.type, left: compile(first as ParsedNode), right: compile(second as ParsedNode) };
      case 'not':
        return { kind: 'not', of: compile(first as ParsedNode) };
      case 'between': {
        const [low, high] = [operand(second), operand(third)];
        if (low.kind === 'value' && high.kind === 'value') ordered.push([low.name, high.name]);
        return { kind: 'between', value: operand(first), low, high };
      }
      case 'in':
        return { kind: 'in', value: operand(first), choices: node.args.slice(1).map(operand) };
      case 'function':
        return compileFunction(node, operand(first), () => operand(second));
      default:
        return { kind: 'compare', by: node.type as Comparison, left: operand(first), right: operand(second) };
    }
  };

  const compileFunction = (node: ParsedNode, value: Operand, argument: () => Operand): Condition => {
    switch (node.name) {
      case 'attribute_exists':
        return { kind: 'exists', value };
      case 'attribute_not_exists':
        return { kind: 'absent', value };
      case 'begins_with':
        return { kind: 'beginsWith', value, argument: argument() };
      case 'contains':
        return { kind: 'contains', value, argument: argument() };
      case 'attribute_type': {
        const wanted = argument();
        if (wanted.kind === 'value') typeNames.push(wanted.name);
        return { kind: 'hasType', value, argument: wanted };
      }
      default:
        throw new Error(`The parser let an unknown function "${node.name}" through.`);
    }
  };

  return { condition: compile(expression), ordered, typeNames };
}
