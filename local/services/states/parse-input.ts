import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';

/**
 * The input of an operation, checked. Members that the schema does not know are refused by name: the real service would
 * do something with them.
 *
 * @throws ServiceFault `ValidationException`
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.infer<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`).join('; ');
  throw new ServiceFault('ValidationException', `The local endpoint cannot take this input. ${said}`);
}

/** The wire has times in seconds since the epoch. */
export function wireTime(milliseconds: number): number {
  return milliseconds / 1000;
}

// What the service forbids in names: spaces, brackets, wildcards, other special characters and control characters.
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;

/** @throws ServiceFault `InvalidName` */
export function checkName(name: string): void {
  if (name.length >= 1 && name.length <= 80 && !FORBIDDEN.test(name)) return;
  throw new ServiceFault('InvalidName', `Invalid Name: '${name}'`);
}
