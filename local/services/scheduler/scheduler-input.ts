import * as z from 'zod';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';

export const Name = z.string().regex(/^[\w.-]{1,64}$/, 'must have 1 to 64 letters, digits, _, - or .');

/** @throws ServiceFault `ValidationException` */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  return parseInput(schema, input);
}

/** @throws ServiceFault `ValidationException` */
export function jsonBody(body: Uint8Array): unknown {
  if (body.byteLength === 0) return {};
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw invalid('The request body is not JSON.');
  }
}

export function invalid(message: string): ServiceFault {
  return new ServiceFault('ValidationException', message);
}

export function notFound(what: string): ServiceFault {
  return new ServiceFault('ResourceNotFoundException', `${what} does not exist.`, { status: 404 });
}

export function conflict(what: string): ServiceFault {
  return new ServiceFault('ConflictException', `${what} already exists.`, { status: 409 });
}
