import type { core } from 'zod';

/** Zod's own words for a value that is absent or of another type, in the tone of the schemas' rules. */
export function typeWords(issue: core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_value') return undefined;
  if (issue.input === undefined) return 'is missing';
  return issue.code === 'invalid_type' ? (rules[issue.expected] ?? `must be of the type ${issue.expected}`) : undefined;
}

const rules: Readonly<Record<string, string>> = {
  string: 'must be a string',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must be an object',
  record: 'must be an object',
};
