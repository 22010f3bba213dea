import { randomInt } from 'node:crypto';
import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';

const ARN_PREFIX = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const SecretName = z.string().regex(/^[\w/+=.@-]{1,512}$/, 'must have 1 to 512 letters, digits or /_+=.@-');
export const SecretId = z.string().min(1).max(2048);

/** A deleted and remade secret has another ARN: a grant on the old one must not open the new one. */
export function newSecretArn(name: string): string {
  const suffix = Array.from({ length: 6 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `${ARN_PREFIX}${name}-${suffix}`;
}

/** The name in an ARN without its suffix; anything else is a name, or nobody's. */
export function nameInReference(reference: string): string {
  return reference.startsWith(ARN_PREFIX) ? reference.slice(ARN_PREFIX.length) : reference;
}

export function secretNotFound(): ServiceFault {
  return new ServiceFault('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

export function valueNotFound(which: string): ServiceFault {
  return new ServiceFault(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${which}`,
  );
}

export function invalidRequest(message: string): ServiceFault {
  return new ServiceFault('InvalidRequestException', message);
}

export function invalidParameter(message: string): ServiceFault {
  return new ServiceFault('InvalidParameterException', message);
}
