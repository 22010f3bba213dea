import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';

const ARN_PREFIX = 'arn:aws:ssm:eu-west-1:000000000000:parameter';
const MOST_LEVELS = 15;

export const ParameterName = z
  .string()
  .regex(/^[\w./-]{1,1011}$/, 'must have 1 to 1011 letters, digits or _.-/')
  .refine((name) => !name.includes('/') || name.startsWith('/'), 'Parameter name must be a fully qualified name.')
  .refine((name) => !/\/\/|\/$/.test(name), 'a parameter name has no empty level')
  .refine((name) => name.split('/').length - 1 <= MOST_LEVELS, `a parameter name has at most ${MOST_LEVELS} levels`)
  .refine((name) => !/^\/?(aws|ssm)/i.test(name), 'a parameter name cannot begin with aws or ssm');

export const ParameterReference = z.string().min(1).max(2048);

export function parameterArn(name: string): string {
  return `${ARN_PREFIX}${name.startsWith('/') ? '' : '/'}${name}`;
}

/** `name`, `name:selector` or the same as an ARN, taken apart; the names it may mean, the likelier one first. */
export function readReference(reference: string): { readonly names: readonly string[]; readonly selector?: string } {
  const bare = reference.startsWith(`${ARN_PREFIX}/`) ? reference.slice(ARN_PREFIX.length) : reference;
  const [name = '', selector] = bare.split(':');
  // The ARN of `port` and that of `/port` are the same text.
  const names = bare === reference ? [name] : [name, name.slice(1)];
  return { names, ...(selector !== undefined && { selector }) };
}

export function parameterNotFound(name: string): ServiceFault {
  return new ServiceFault('ParameterNotFound', `Parameter ${name} not found.`);
}

export function invalid(message: string): ServiceFault {
  return new ServiceFault('ValidationException', message);
}
