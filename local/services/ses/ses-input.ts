import type * as z from 'zod';
import { parseInput } from '#local/gateway/parse-input.ts';
import { ServiceFault } from '#local/gateway/wire.ts';

/** @throws ServiceFault `BadRequestException` */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  return parseInput(schema, input, 'BadRequestException');
}

/** @throws ServiceFault `BadRequestException` */
export function jsonBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw badRequest('The request body is not JSON.');
  }
}

export function badRequest(message: string): ServiceFault {
  return new ServiceFault('BadRequestException', message);
}
