import * as z from 'zod';

// What git's own patterns and a shell read differently (brackets, braces) is taken literally here; names such as
// `[id].ts` are common in web projects.
const insideTheWorkspace = /^!?(?![!/~])(?!.*(?:^|\/)\.\.?(?:\/|$))[^\\\p{Cc}]+$/u;

/** A pattern of paths inside the workspace of a build: `*`, `?`, `**`, and `!` in front of what is taken out again. */
export const inputPattern = z
  .string()
  .max(512, 'must be at most 512 characters long')
  .regex(
    insideTheWorkspace,
    'must be a path or a pattern inside the repository: relative to its root, without "." or ".." between slashes and without "\\", not starting with "/" or "~"',
  );
