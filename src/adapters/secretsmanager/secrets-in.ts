import * as z from 'zod';

const list = z.array(z.string().min(1));

/**
 * The secrets in the text of one: a JSON list has the present one and those that are still taken while it is being changed;
 * anything else is a single secret.
 */
export function secretsIn(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  if (!text.startsWith('[')) return [text];
  try {
    return list.parse(JSON.parse(text));
  } catch {
    return [text];
  }
}
