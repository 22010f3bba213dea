import * as z from 'zod';
import { commitId } from '../names.ts';
import { pushOrigin } from '../workflows/push-origin.ts';
import { defineEvent } from './envelope.ts';

/** Somebody pushed to a branch of a service's repository. Starts the machine `push`. */
export const sourcePushed = defineEvent(
  'source.pushed',
  pushOrigin.extend({
    commit: commitId,
    /** Commits that were there before may be gone. */
    forced: z.boolean(),
    pusher: z.object({ login: z.string() }),
  }),
);
