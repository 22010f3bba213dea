import type { DocumentPath } from './document-path.ts';
import type { ParsedMembers, ParsedNode, ParsedOperand } from './dynalite.ts';
import type { LiteralNames } from './literals.ts';
import type { Update, UpdateAction, UpdateOperand } from './update.ts';

/** From dynalite's syntax tree to update actions that hold names in place of values. */
export function compileUpdate(parsed: NonNullable<ParsedMembers['_updates']>, names: LiteralNames): Update {
  const operand = (value: ParsedOperand | undefined): UpdateOperand => {
    if (Array.isArray(value)) return { kind: 'path', path: value as DocumentPath };
    const name = value && names.get(value);
    if (name !== undefined) return { kind: 'value', name };
    const node = value as ParsedNode;
    const [first, second] = node.args;
    if (node.name === 'if_not_exists') {
      return { kind: 'ifNotExists', path: first as DocumentPath, otherwise: operand(second) };
    }
    const kind = node.name === 'list_append' ? 'listAppend' : (node.type as 'add' | 'subtract');
    return { kind, left: operand(first), right: operand(second) };
  };

  const actions = parsed.sections.map((section): UpdateAction => {
    const { path } = section;
    if (section.type === 'remove') return { kind: 'remove', path };
    if (section.type === 'set') return { kind: 'set', path, value: operand(section.val) };
    const name = names.get(section.val);
    if (name === undefined) throw new Error('The parser let an ADD or DELETE without a value through.');
    return { kind: section.type, path, name };
  });
  return { actions, paths: parsed.paths };
}
