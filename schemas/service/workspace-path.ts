import * as z from 'zod';

// A leading `-` would be read as an option by the commands that get the path, a wildcard would be taken literally by
// some of them and expanded by others, and a control character never belongs to a path on purpose.
const insideTheWorkspace = /^(?![-/~])(?!.*(?:^|\/)\.\.(?:\/|$))[^\\:*?\p{Cc}]+$/u;

/** A path inside the workspace of a build, relative to the repository's root. */
export const workspacePath = z
  .string()
  .max(512, 'must be at most 512 characters long')
  .regex(
    insideTheWorkspace,
    'must be a path inside the repository: relative to its root, without "..", "\\", ":" or wildcards, and not starting with "/", "~" or "-"',
  );
