import type * as z from 'zod';
import type { Permission } from './permission.ts';

/** A schema for JSON; `raw` hands the text on as it came. */
export type BodyKind = z.ZodType | 'raw' | 'none';

/** The largest body of an operation that says nothing else, in bytes. */
export const mostBodyBytes = 1024 * 1024;

/** One operation of the API: what comes in, what goes out, who may ask. Routes, handlers and docs are made from it. */
export interface ApiContract<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends BodyKind = BodyKind,
  Answer extends z.ZodType = z.ZodType,
> {
  /** In kebab case, the same word as the function, the use case and the test. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{name}` for path parameters. */
  readonly path: `/v1/${string}`;
  /** `public` needs no token at all. */
  readonly permission: Permission | 'public';
  readonly summary: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly answer: Answer;
  /** The largest body that is taken, in bytes; `mostBodyBytes` if absent. */
  readonly bodyLimitBytes?: number;
  /** The statuses of success. */
  readonly statuses: readonly number[];
  /** Answers as a stream when the client accepts `text/event-stream`. */
  readonly streams?: true;
}

export function defineOperation<
  Params extends z.ZodType,
  Query extends z.ZodType,
  const Body extends BodyKind,
  Answer extends z.ZodType,
>(contract: ApiContract<Params, Query, Body, Answer>): ApiContract<Params, Query, Body, Answer> {
  return contract;
}
