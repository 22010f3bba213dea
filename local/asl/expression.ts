import jsonata from 'jsonata';
import { asJson, type Json } from './json.ts';

/** A JSONata expression of a definition, without its `{%` and `%}`; `undefined` for any other value. */
export function expressionIn(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('{%') || !value.endsWith('%}') || value.length < 4)
    return undefined;
  return value.slice(2, -2).trim();
}

const compiled = new Map<string, jsonata.Expression>();

/** @throws the engine's error when the text is no JSONata */
export function compile(text: string): jsonata.Expression {
  let expression = compiled.get(text);
  if (!expression) {
    expression = jsonata(text);
    compiled.set(text, expression);
  }
  return expression;
}

/** Evaluates without a context document (`$` is nothing), as Step Functions does; `undefined` is "no result". */
export async function evaluate(text: string, bindings: Readonly<Record<string, unknown>>): Promise<Json | undefined> {
  const value: unknown = await compile(text).evaluate(undefined, { ...bindings });
  if (value === undefined) return undefined;
  refuseFunctions(value);
  return asJson(value);
}

/** The engine throws plain objects with a `message`, not always errors. */
export function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}

function refuseFunctions(value: unknown): void {
  if (typeof value === 'function') throw new Error('the result holds a function');
  if (typeof value !== 'object' || value === null) return;
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) throw new Error('the result holds a function');
  for (const each of Object.values(value)) refuseFunctions(each);
}
