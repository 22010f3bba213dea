import type * as z from 'zod';
import type { ApiContract } from '#schemas/api/contract.ts';

/** What a contract takes in, as its caller writes it. A section in which nothing is required may be left out. */
export type CallInput<C extends ApiContract> = Section<'params', Written<C['params']>> &
  Section<'query', Written<C['query']>> &
  (C['body'] extends 'none'
    ? unknown
    : C['body'] extends z.ZodType
      ? Section<'body', Written<C['body']>>
      : { readonly body: string });

/** The arguments of a call: the input is left out where all of it may be. */
export type CallArguments<C extends ApiContract> =
  object extends CallInput<C>
    ? [input?: CallInput<C>, options?: CallOptions]
    : [input: CallInput<C>, options?: CallOptions];

export interface CallOptions {
  /** Gives the call up; its reason is what the call then throws. */
  readonly signal?: AbortSignal | undefined;
  /** The same key with the same request answers with what the first one made. */
  readonly idempotencyKey?: string | undefined;
}

export interface Answer<C extends ApiContract> {
  /** One of the contract's statuses, for instance 201 for what is new and 200 for what was there. */
  readonly status: number;
  readonly body: z.output<C['answer']>;
}

/** Zod types an object without members as a record of nothing, whose keys are all strings: there is nothing to give. */
type Section<Name extends string, Value> = string extends keyof Value
  ? unknown
  : object extends Value
    ? { readonly [Key in Name]?: Value }
    : { readonly [Key in Name]: Value };

/** A coerced member takes anything, says its schema; what it becomes is what a caller means. */
type Written<Schema extends z.ZodType> = {
  readonly [Key in keyof z.input<Schema>]: unknown extends z.input<Schema>[Key]
    ? z.output<Schema>[Key & keyof z.output<Schema>]
    : z.input<Schema>[Key];
};
