import * as z from 'zod';

/** A group of people, as the identity provider names it. */
export const group = z
  .string()
  .max(100, 'must be at most 100 characters long')
  .regex(/^\S(?:[^\p{Cc}]*\S)?$/u, 'must be the name of a group, without spaces around it');
