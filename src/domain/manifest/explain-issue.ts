import { manifestSchema } from '#schemas/service/manifest.ts';
import type * as z from 'zod';
import { findIssues } from './find-issues.ts';
import { jsonPointer } from './json-pointer.ts';
import { knownKeys, schemaAt } from './known-keys.ts';
import type { FaultAt } from './manifest-fault.ts';
import { nearest } from '../nearest.ts';
import { settingName } from './setting-name.ts';
import { showValue } from './show-value.ts';
import { locate, type Located, type SourceNode } from './source-tree.ts';
import { typeHint, typeRule } from './type-words.ts';

/** The faults that stand behind an issue of the manifest's schema; none if the place has its fault already. */
export function explainIssue(issue: z.core.$ZodIssue, tree: SourceNode): readonly FaultAt[] {
  const at = locate(tree, issue.path);
  if (at.isBroken) return [];
  if (issue.code === 'unrecognized_keys') return issue.keys.flatMap((key) => unknownKey(issue.path, key, tree));
  if (issue.code === 'invalid_key') return [badName(issue, at), ...faultsBehindName(issue, at, tree)];
  if (at.node === undefined) return [issue.code === 'custom' ? brokenRule(issue, at) : missing(issue, at, tree)];
  return [badValue(issue, at.node)];
}

function unknownKey(parent: readonly PropertyKey[], key: string, tree: SourceNode): readonly FaultAt[] {
  const path = [...parent, key];
  const { keyOffset: offset } = locate(tree, path);
  const place = { code: 'unknown_key', pointer: jsonPointer(path), offset } as const;
  if (key === '<<') return [{ ...place, message: 'Merge keys (`<<`) are not supported. Repeat the settings instead.' }];
  const known = knownKeys(manifestSchema, parent, tree.value, key);
  const suggestion = nearest(key, known.keys);
  const what = `${settingName(path)} is not a known setting${known.type === undefined ? '' : ` of ${known.type}`}.`;
  // A key that another type has was meant as it is written: the type is what is wrong, or the key is left over.
  if (known.otherTypes.length > 0 && !known.keys.includes(key)) {
    return [{ ...place, message: `${what} It belongs to ${known.otherTypes.join(' and ')}.` }];
  }
  if (suggestion === undefined) return [{ ...place, message: `${what} Known here: ${known.keys.join(', ')}.` }];
  return [{ ...place, message: `${what} Did you mean \`${suggestion}\`?`, suggestion }];
}

function missing(issue: z.core.$ZodIssue, { parentKeyOffset: offset }: Located, tree: SourceNode): FaultAt {
  const schema = schemaAt(manifestSchema, issue.path, tree.value);
  const description = schema && 'description' in schema ? ` ${String(schema.description)}` : '';
  // Without its type a union has no description, but it has words.
  const hint = issue.code === 'invalid_union' && issue.message ? ` It ${issue.message}.` : description;
  const message = `${settingName(issue.path)} is required.${hint}`;
  return { code: 'missing', pointer: jsonPointer(issue.path), offset, message };
}

/** A rule between settings, broken by one that is not written down but has its default. */
function brokenRule(issue: z.core.$ZodIssue, { parentKeyOffset: offset }: Located): FaultAt {
  const message = `${settingName(issue.path)} ${issue.message}.`;
  return { code: 'bad_value', pointer: jsonPointer(issue.path), offset, message };
}

function badName(issue: z.core.$ZodIssueInvalidKey, { keyOffset: offset }: Located): FaultAt {
  const rules = issue.issues.map(({ message }) => message).join(', and ');
  const message = `The name ${settingName(issue.path.slice(-1))} ${rules}.`;
  return { code: 'bad_name', pointer: jsonPointer(issue.path), offset, message };
}

/** The schema looks no further than a bad name; what it names may have faults too. */
function faultsBehindName(issue: z.core.$ZodIssue, { node }: Located, tree: SourceNode): readonly FaultAt[] {
  const schema = schemaAt(manifestSchema, issue.path, tree.value);
  if (!schema || !node) return [];
  return findIssues(schema, node.value).flatMap((inner) =>
    explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, tree),
  );
}

function badValue(issue: z.core.$ZodIssue, node: SourceNode): FaultAt {
  const expected = issue.code === 'invalid_type' ? issue.expected : 'string';
  const code = codeOf(issue, node);
  const value = showValue(issue.path, node);
  const hint = code === 'wrong_type' ? typeHint(expected, node, value !== undefined) : '';
  const suggestion = typeof node.value === 'string' ? nearest(node.value, allowedBy(issue)) : undefined;
  return {
    code,
    pointer: jsonPointer(issue.path),
    offset: node.offset,
    message: `${settingName(issue.path)} ${issue.message || typeRule(expected)}.${hint}`,
    ...(value !== undefined && { value }),
    ...(suggestion !== undefined && { suggestion }),
  };
}

/** The words of which one would have been right, as far as they can be counted. */
function allowedBy(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code === 'invalid_union') return 'options' in issue ? (issue.options ?? []).map(String) : [];
  const allowed: unknown = issue.code === 'custom' ? issue.params?.['allowed'] : undefined;
  return Array.isArray(allowed) ? allowed.map(String) : [];
}

function codeOf(issue: z.core.$ZodIssue, { value }: SourceNode): 'wrong_type' | 'bad_value' | 'unsupported' {
  if (issue.code === 'invalid_type') return 'wrong_type';
  if (issue.code !== 'invalid_value' && issue.code !== 'invalid_union') return 'bad_value';
  if (typeof value !== 'string') return 'wrong_type';
  if (issue.code === 'invalid_union') return 'bad_value';
  // With one allowed value so far, others may come with a later version.
  return issue.values.length === 1 ? 'unsupported' : 'bad_value';
}
